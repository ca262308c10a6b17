export {
  ContextTooLargeError,
  prepareContext,
  type ContextPart,
  type ManifestLine,
  type PartPriority,
  type PreparedContext,
} from './prompt-context.ts';
