const integers = [
  'num_ctx',
  'num_predict',
  'num_keep',
  'seed',
  'top_k',
  'repeat_last_n',
  'num_batch',
  'num_gpu',
  'num_thread',
];
const floats = [
  'temperature',
  'top_p',
  'min_p',
  'typical_p',
  'repeat_penalty',
  'presence_penalty',
  'frequency_penalty',
];
const booleans = ['use_mmap'];

/** Ollama's own message for an option of a wrong type; null when all are right. Unknown options are let be. */
export function optionProblem(options: Readonly<Record<string, unknown>>): string | null {
  for (const [name, value] of Object.entries(options)) {
    if (value === null) continue;
    const wrong = (type: string) => `option ${JSON.stringify(name)} must be of type ${type}`;
    if (integers.includes(name) && typeof value !== 'number') return wrong('integer');
    if (floats.includes(name) && typeof value !== 'number') return wrong('float32');
    if (booleans.includes(name) && typeof value !== 'boolean') return wrong('boolean');
    if (name === 'stop' && !Array.isArray(value)) return wrong('array');
  }
  return null;
}

export function numberOption(options: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = options[name];
  return typeof value === 'number' ? Math.trunc(value) : fallback;
}
