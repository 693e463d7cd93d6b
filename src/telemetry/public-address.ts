import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an IP address is one of the internet's, and not of this machine, its network, or what is reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const found = ipaddr.process(address);
  // Of IPv6 only 2000::/3 is given out; `::127.0.0.1`, which is an IPv4 address in an old form, is none of that.
  const isGivenOut = found instanceof ipaddr.IPv4 || ((found.parts[0] ?? 0) & 0xe000) === 0x2000;
  return isGivenOut && found.range() === 'unicast';
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
