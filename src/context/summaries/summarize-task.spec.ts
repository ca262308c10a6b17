import { describe, expect, it } from '@jest/globals';
import { noModel, ollamaSummarizer } from '../../../test/support/summarizer.ts';
import { estimateTokens } from '../../llm/index.ts';
import { summarizeTask } from './summarize-task.ts';

const task = {
  requirements: 'Count the words of texts. Keep the counts in a file.',
  plan: ['src/count.ts: counts', 'src/keep.ts: keeps'],
  status: 'running',
  modules: [
    { path: 'src/count.ts', status: 'complete', passed: 3, failed: 0, iterations: 1 },
    { path: 'src/keep.ts', status: 'correcting', passed: 0, failed: 1, iterations: 2 },
  ],
};
const said = {
  goal: 'Count words and keep the counts.',
  status: 'all done',
  modules: ['src/imagined.ts'],
  successRate: 1,
  summary: 'Counting is done; keeping fails one test.',
};

describe('the summary of a task', () => {
  it('has the words of a model, and counts what can be counted itself [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    const summary = await summarizeTask(task, asked.options());
    expect(summary).toEqual({
      goal: said.goal,
      summary: said.summary,
      status: 'running',
      modules: ['src/count.ts', 'src/keep.ts'],
      successRate: 0.75,
      source: 'model',
      model: 'qwen3:4b',
      failure: null,
      sampled: null,
      cut: [],
    });
    expect(asked.question()).toContain('src/keep.ts: correcting, 0 of 1 tests pass, 2 iterations');
    expect(Object.keys(summary).sort()).toEqual(Object.keys(await summarizeTask(task, noModel)).sort());
  });

  it('is made of the facts alone when no model gives a usable one, and says why [LM-4]', async () => {
    const facts = {
      goal: 'Count the words of texts.',
      status: 'running',
      modules: ['src/count.ts', 'src/keep.ts'],
      successRate: 0.75,
      summary:
        'Count the words of texts. Status: running. Modules: src/count.ts (complete), src/keep.ts (correcting). ' +
        '3 of 4 tests pass. Failing: src/keep.ts.',
      source: 'facts',
      model: null,
      sampled: null,
      cut: [],
    };
    expect(await summarizeTask(task, noModel)).toEqual({ ...facts, failure: null });
    await using asked = await ollamaSummarizer({ text: 'It goes well.', ignoresFormat: true });
    expect(await summarizeTask(task, asked.options())).toEqual({
      ...facts,
      failure: { code: 'LLM_ANSWER_INVALID', message: expect.stringContaining('qwen3:4b') },
    });
  });

  it('is cut at the end of a sentence when it is over its tokens [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify({ ...said, summary: 'It goes on and on. '.repeat(60) }));
    const { summary, cut } = await summarizeTask(task, asked.options());
    expect(summary).toMatch(/on\. …$/);
    expect(estimateTokens(summary)).toBeLessThanOrEqual(100);
    expect(cut).toEqual(['summary']);
  });

  it('says "No code yet" without a call while there are no modules [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    const summary = await summarizeTask({ ...task, plan: [], modules: [], status: 'planning' }, asked.options());
    expect(summary).toMatchObject({ source: 'none', modules: [], successRate: 0 });
    expect(summary.summary).toBe('Count the words of texts. Status: planning. No code yet.');
    expect(asked.ollama.chats).toHaveLength(0);
  });

  it('fits the context however large the task is, failing modules first, and says so [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    const modules = Array.from({ length: 2000 }, (_, index) => ({
      path: `src/module-${index}.ts`,
      status: 'complete',
      passed: index === 1999 ? 0 : 1,
      failed: index === 1999 ? 1 : 0,
      iterations: 1,
    }));
    const requirements = 'It has to count very many words. '.repeat(5000);
    const plan = modules.map(({ path }) => `${path}: counts`);
    const large = await summarizeTask(
      { requirements, plan, status: 'running', modules },
      asked.options({ contextTokens: 4096 }),
    );
    expect(large).toMatchObject({ source: 'model', successRate: 1999 / 2000, cut: ['modules'] });
    expect(large.sampled).toMatch(/^\d+ of 2000 modules, \d+ of 2000 lines of the plan$/);
    expect(asked.question()).toContain('src/module-1999.ts: complete, 0 of 1');
    expect(estimateTokens(asked.question())).toBeLessThan(4096 - 1024);
  });
});
