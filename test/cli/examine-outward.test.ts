import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNotes } from '../../src/agents/hooks/session-notes.js';
import { examineOutward } from '../../src/cli/examine-outward.js';
import { temporaryDirectory } from '../support/temporary.js';

test('given hooks in shadow, when the doctor looks, then it tells what would have been denied and which tools have no price, over all sessions', () => {
  const directory = temporaryDirectory();
  const notes = { background: [], denied: 0, stops: [], would_deny_usd: 0 };
  writeNotes(directory, 'one', { ...notes, unpriced: { Bash: 2 }, would_deny: { mcp__speech: 3 } });
  writeNotes(directory, 'two', { ...notes, unpriced: { Bash: 1, Read: 9, Web: 1, Edit: 1 }, would_deny: {} });
  expect(examineOutward(directory).map(({ what }) => what)).toEqual([
    'hooks in shadow would have denied: mcp__speech 3 ×',
    'tools without a price were used: Read 9 ×, Bash 3 ×, Web 1 ×, and 1 more',
  ]);
});

test('given neither webhooks nor hooks, then there is nothing to tell; given a webhooks.json that is none, then that', () => {
  const directory = temporaryDirectory();
  expect(examineOutward(directory)).toEqual([]);
  writeFileSync(join(directory, 'webhooks.json'), '{"endpoints": 1}');
  expect(examineOutward(directory)).toMatchObject([
    { severity: 'attention', what: expect.stringMatching(/^webhooks\.json: /) },
  ]);
});
