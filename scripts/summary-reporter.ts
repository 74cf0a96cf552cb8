import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with one plain line, `tests: N passed, N failed, N skipped`, for readers that know no runner. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1
      if (!module.ok() && [...module.children.allTests('failed')].length === 0) counts.failed += 1
    }
    process.stdout.write(`\ntests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
  }
}
