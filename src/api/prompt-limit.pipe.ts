import { Inject, Injectable, type PipeTransform } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { PromptTooLongError } from './api.errors.ts';
import type { NewTask } from '../tasks/index.ts';

/** Refuses a prompt of more than PROMPT_MAX_CHARS characters; an emoji is one character. */
@Injectable()
export class PromptLimitPipe implements PipeTransform<NewTask, NewTask> {
  constructor(@Inject(CONFIGURATION) private readonly configuration: Configuration) {}

  transform(task: NewTask): NewTask {
    const max = this.configuration.PROMPT_MAX_CHARS;
    const { prompt } = task;
    // Code units are never fewer than characters, and they need no counting.
    const characters = prompt.length <= max ? prompt.length : Array.from(prompt).length;
    if (characters > max) throw new PromptTooLongError(characters, max);
    return task;
  }
}
