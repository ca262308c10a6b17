import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { AppError } from '../kernel/errors.ts';

/** What is told of an error where no tool's answer can carry it: its code and cure as JSON-RPC, and nothing of the inside. */
export function protocolErrorOf(error: unknown, report: (error: unknown) => void): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof AppError && error.kind !== 'internal') {
    return new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, { code: error.code });
  }
  report(error);
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    'Something went wrong inside. The log of the server has it.',
  );
}
