import { readFileSync, writeFileSync } from 'node:fs';
import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { describeChart, drawMermaid, episodeMachine, machineVersion } from '../../machines/index.js';

const file = new URL('../../docs/statechart.md', import.meta.url);

/** What docs/statechart.md must say. */
function statechartDoc(): string {
  return `# The episode's statechart

Drawn from the running machine (version ${machineVersion}); do not edit. To draw it anew:

    UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project unit test/machines/statechart-doc.test.ts

\`\`\`mermaid
${drawMermaid(episodeMachine)}
\`\`\`

Each arrow has a guard, and a guard that refuses says why, with a code from [errors.md](errors.md). Costs are facts: they land in
every state. Where an event leads to \`failed\` or stays, it fails the episode only when the cost passes the episode's total, a hard
phase budget or the day's cap.

${describeChart(episodeMachine)}
`;
}

describe('the drawn chart', () => {
  test('given the machine, when docs/statechart.md is compared, then it is not stale', () => {
    if (process.env['UPDATE_DOCS']) writeFileSync(file, statechartDoc());
    expect(
      readFileSync(file, 'utf8'),
      'docs/statechart.md is stale: run UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project unit test/machines/statechart-doc.test.ts',
    ).toBe(statechartDoc());
  });

  const small = createMachine({
    id: 'small',
    initial: 'a',
    on: { note: { actions: 'write' }, stop: [{ guard: 'late', target: '.b' }, { actions: 'write' }] },
    states: {
      a: {
        description: 'First.',
        initial: 'x',
        on: { leave: 'b' },
        states: {
          x: { on: { go: 'y', jump: '#small.b' } },
          y: { on: { go: [{ guard: 'g', target: 'x' }, { target: 'x' }] } },
        },
      },
      b: { description: 'Last.', on: { stop: undefined } },
    },
  });

  test('given a small chart, when it is drawn, then arrows that leave a state are drawn outside of it and staying events in a note', () => {
    expect(drawMermaid(small)).toBe(
      [
        'stateDiagram-v2',
        '  [*] --> a',
        '  state "a" as a {',
        '    [*] --> a_x',
        '    state "x" as a_x',
        '    state "y" as a_y',
        '    a_x --> a_y: go',
        '    a_y --> a_x: go',
        '  }',
        '  state "b" as b',
        '  a --> b: leave',
        '  a_x --> b: jump',
        '  note left of a',
        '    Almost everywhere: note, stop → b or stays.',
        '  end note',
      ].join('\n'),
    );
  });

  test('given a small chart, when it is described, then each state and each event has its line', () => {
    expect(describeChart(small).split('\n')).toEqual([
      '| state | what it is | events of its own |',
      '|---|---|---|',
      '| a.x |  | `go` → a.y, `jump` → b, `leave` → b |',
      '| a.y |  | `go` → a.x, `leave` → b |',
      '| b | Last. |  |',
      '',
      'Besides, every state takes, where it is not told otherwise: `note`, `stop` → b or stays.',
      '',
      'Not in b: `stop`.',
      '',
      '| event | states that take it |',
      '|---|---|',
      '| `go` | every state but b |',
      '| `jump` | every state but a.y, b |',
      '| `leave` | every state but b |',
      '| `note` | every state |',
      '| `stop` | every state but b |',
    ]);
  });

  test('given a chart without states, when it is drawn, then only the heading is there', () => {
    expect(drawMermaid(createMachine({}))).toBe('stateDiagram-v2');
  });
});
