import { getHeapStatistics } from 'node:v8';

const BYTES_PER_MB = 1024 * 1024;

/** The share of the memory limit that heap and buffers use now: 1 is all of it. */
export type MemoryUse = () => number;

/** Measured against a limit in MiB; without one against what V8 lets the heap grow to. */
export function memoryUse(limitMb?: number): MemoryUse {
  return () => {
    const { used_heap_size, external_memory, heap_size_limit } = getHeapStatistics();
    const limit = limitMb === undefined ? heap_size_limit : limitMb * BYTES_PER_MB;
    return (used_heap_size + external_memory) / limit;
  };
}
