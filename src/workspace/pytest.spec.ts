import { afterAll, expect, it } from '@jest/globals';
import { describeTiers, hasPytest } from './sandbox-tiers.contract.ts';
import { TestRunner } from './test-runner.ts';

const itPytest = hasPytest ? it : it.skip;

describeTiers(['bwrap', 'landlock', 'process'], ({ make }) => {
  const sandbox = make();
  const runner = new TestRunner(sandbox);
  afterAll(() => sandbox.close());

  const run = (files: Readonly<Record<string, string>>) =>
    runner.run({
      language: 'python',
      files: Object.entries(files).map(([path, content]) => ({ path, content })),
      testFiles: Object.keys(files).slice(0, 1),
      timeoutMs: 15_000,
    });

  itPytest('runs tests in the form of pytest where that is installed (else skipped) [TK-5]', async () => {
    const test = `
import pytest
from double import double

@pytest.mark.parametrize("value", [1, 2])
def test_double(value):
    assert double(value) == 2 * value

class TestFiles:
    def test_in(self, tmp_path):
        assert (tmp_path / "a").write_text("x")
`;
    const right = { 'tests/test_double.py': test, 'double.py': 'def double(x):\n    return 2 * x\n' };
    const passed = await run(right);
    expect(passed).toMatchObject({ passed: true });
    expect(passed.results.map((result) => result.name)).toEqual([
      ...['test_double[1]', 'test_double[2]', 'TestFiles.test_in'],
    ]);
    const emptied = { ...right, 'conftest.py': 'def pytest_collection_modifyitems(items):\n    items.clear()\n' };
    expect((await run(emptied)).results).toHaveLength(3);
    const wrong = await run({ ...right, 'double.py': 'def double(x):\n    return 2\n' });
    // As without pytest: what went wrong, and the lines of the workspace that led there.
    expect(wrong.results[1]?.message).toMatch(
      /^assert 2 == [^]*\n {2}at tests\/test_double\.py:7 in test_double: assert double\(value\) == 2 \* value$/,
    );
    const raising = { ...right, 'double.py': 'def double(x):\n    raise KeyError(x)\n' };
    expect((await run(raising)).results[0]?.message).toBe(
      [
        'KeyError: 1',
        '  at tests/test_double.py:7 in test_double: assert double(value) == 2 * value',
        '  at double.py:2 in double: raise KeyError(x)',
      ].join('\n'),
    );
  });
});
