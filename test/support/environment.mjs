// Tests see only the configuration they give themselves, whatever the machine's environment holds.
import 'reflect-metadata';

for (const name of Object.keys(process.env)) {
  if (/^(PORT|HOST|DATA_DIR|LLM_|OLLAMA_|OPENAI_|ANTHROPIC_|SANDBOX|MAX_|TASK_|EVENT_|PROMPT_)/.test(name)) {
    delete process.env[name];
  }
}
