import { describe, expect, test } from 'vitest';
import { restMs } from '../../src/projection/pace.js';

describe('how long documents rest', () => {
  test('given writing them is quick, then they are written again within a second, however busy the process is', () => {
    expect(restMs({ tookMs: 5, utilization: 0.1, afterMs: 300 })).toBe(900);
    expect(restMs({ tookMs: 45, utilization: 1, afterMs: 300 })).toBe(900);
  });

  test('given a thousand of them change each second, then an idle process goes on showing them within a second', () => {
    expect(restMs({ tookMs: 150, utilization: 0.3, afterMs: 300 })).toBe(900);
  });

  test('given a busy process, then they take a twentieth of its time', () => {
    expect(restMs({ tookMs: 150, utilization: 0.9, afterMs: 300 })).toBe(3000);
  });

  test('given so many that a second is not enough, then they take a fifth of the time', () => {
    expect(restMs({ tookMs: 1000, utilization: 0.4, afterMs: 300 })).toBe(5000);
  });
});
