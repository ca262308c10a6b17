import { describe, expect, it } from '@jest/globals';
import { demoReport } from './demo-report.ts';

describe('demoReport', () => {
  it('names files, tests, isolation, times and where to look [CLI-1]', () => {
    const text = demoReport({
      taskId: 'task-1',
      files: [{ path: 'src/words.js', size: 1536, role: 'source' }],
      testsPassed: 18,
      failedRuns: 1,
      isolation: 'landlock',
      time: { totalMs: 1500, testsMs: 1400, modelsMs: 10, orchestrationMs: 90 },
      workspace: '/tmp/x/workspaces/task-1',
      dataDir: '/tmp/x',
    }).join('\n');
    expect(text).toMatch(/^src\/words\.js +source +1\.5 KiB$/m);
    expect(text).toContain('18 tests passed in the end; 1 test run failed on the way');
    expect(text).toContain('Isolation of the tests: landlock.');
    expect(text).toContain('1.5 s in all: tests 1.4 s, replayed answers 10 ms, orchestration 90 ms.');
    expect(text).toContain('DATA_DIR=/tmp/x npm start');
  });
});
