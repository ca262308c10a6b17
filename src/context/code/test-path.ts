/** Whether a file holds tests, or helps them, by its name or its folder. */
export function isTestPath(path: string): boolean {
  return (
    /(?:^|\/)(?:tests?|__tests__|testing|specs?|e2e|benchmarks?|[\w-]+-tests?)\//i.test(path) ||
    /\.(?:test|spec|bench)\.[mc]?[jt]sx?$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.\w+$/.test(path)
  );
}
