import { vectorClockIssue } from './vector-clock.ts';

/** Answers what keeps the data of an event from being used, or null. */
export type Misfit = (data: unknown) => string | null;

/** The data must be an object with at least these fields. */
export function needs(fields: Readonly<Record<string, 'string' | 'number'>>): Misfit {
  const expected = Object.entries(fields);
  return (data) => {
    if (!isObject(data)) return 'has no data';
    const missing = expected.find(([name, type]) => typeof data[name] !== type);
    return missing ? `lacks the ${missing[1]} ${missing[0]}` : null;
  };
}

export function planMisfit(data: unknown): string | null {
  const plan = isObject(data) ? data.plan : undefined;
  const modules = isObject(plan) ? plan.modules : undefined;
  if (!Array.isArray(modules)) return 'lacks the list plan.modules';
  return modules.every((module) => isObject(module) && typeof module.path === 'string')
    ? null
    : 'has a module without a path';
}

export function findingsMisfit(data: unknown): string | null {
  const findings = isObject(data) ? data.findings : undefined;
  if (!Array.isArray(findings)) return 'lacks the list findings';
  return findings.every((finding) => isObject(finding) && typeof finding.path === 'string')
    ? null
    : 'has a finding without a path';
}

export function reportMisfit(data: unknown): string | null {
  const report = isObject(data) ? data.report : undefined;
  if (!isObject(report)) return 'lacks the report';
  if (!Number.isSafeInteger(report.codeVersion)) return 'lacks the number report.codeVersion';
  return vectorClockIssue(report.vectorClock) ? 'lacks the clock report.vectorClock' : null;
}

export function isObject(value: unknown): value is Record<string, string> & Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
