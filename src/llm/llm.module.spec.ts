import { describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { testConfiguration } from '../../test/support/configuration.ts';
import { FakeOllama } from '../../test/support/fake-ollama.ts';
import { CONFIGURATION } from '../kernel/configuration.ts';
import { NoRedactor, Redactor } from '../kernel/redactor.ts';
import { BRAIN, type Brain } from './brain.ts';
import { LlmModule } from './llm.module.ts';

describe('the llm module', () => {
  it('gives everybody the one brain that was resolved at start [LM-1]', async () => {
    await using ollama = await FakeOllama.start({ respond: () => 'blue' });
    const configuration = testConfiguration({ DATA_DIR: '/nonexistent', OLLAMA_BASE_URL: ollama.url });

    @Global()
    @Module({
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: Redactor, useClass: NoRedactor },
      ],
      exports: [CONFIGURATION, Redactor],
    })
    class ConfigurationModule {}

    const module = await Test.createTestingModule({ imports: [ConfigurationModule, LlmModule] })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const brain = module.get<Brain>(BRAIN);
    expect(brain.description).toBe('ollama (planner qwen3:8b, executor mistral:7b)');
    expect(module.get<Brain>(BRAIN)).toBe(brain);
    await module.close();
  });
});
