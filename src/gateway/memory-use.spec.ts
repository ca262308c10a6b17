import { describe, expect, it } from '@jest/globals';
import { memoryUse } from './memory-use.ts';

const MB = 1024 * 1024;

describe('the share of the memory in use', () => {
  it('is that of heap and buffers in the limit that was set, or else in that of the heap [GW-10]', () => {
    const { heapUsed, external } = process.memoryUsage();
    expect(memoryUse(1)() * MB).toBeGreaterThan((heapUsed + external) * 0.7);
    expect(memoryUse(1)() * MB).toBeLessThan((heapUsed + external) * 1.3);
    expect(memoryUse()()).toBeGreaterThan(0);
    expect(memoryUse()()).toBeLessThan(0.85);
  });

  it('grows with buffers too, which lie outside the heap [GW-10]', () => {
    const use = memoryUse(1);
    const before = use();
    const buffer = Buffer.alloc(64 * MB, 1);
    expect(use() - before).toBeGreaterThan(50);
    expect(buffer.length).toBe(64 * MB);
  });
});
