import type { DefinedTool } from '../tool.ts';
import { codingTaskTools } from './coding-tasks.ts';
import { explainingTools } from './explaining.ts';
import { jobTools } from './jobs.ts';
import { lookingTools } from './looking.ts';
import { steeringTools } from './steering.ts';
import type { ToolServices } from './tool-services.ts';
import { workTools } from './work.ts';

/** Every tool, in the order in which clients list them. */
export function toolsOf(services: ToolServices): readonly DefinedTool[] {
  return [
    ...codingTaskTools(services),
    ...steeringTools(services),
    ...lookingTools(services),
    ...explainingTools(services),
    ...jobTools(services),
    ...workTools(services),
  ];
}
