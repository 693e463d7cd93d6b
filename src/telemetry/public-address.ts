import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an IP address is one of the internet's, and not of this machine, its network, or what is reserved. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/**
 * Finds a host's addresses, and refuses those that are private where the connection is made: a name that was looked at before could be given
 * another address meanwhile.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, []);
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    if (refused) return callback(privateAddress(host, refused.address), []);
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    return callback(null, first?.address ?? '', first?.family ?? 0);
  });
};

export function privateAddress(host: string, address: string): NodeJS.ErrnoException {
  return Object.assign(
    new Error(
      `${host === address ? address : `${host} is ${address}, which`} is an address of this machine or its network; allow it with showrunner webhook add --allow-private`,
    ),
    { code: 'EPRIVATE' },
  );
}
