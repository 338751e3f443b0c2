/**
 * Closes a run of all checks: reads vitest's report and prints `N passed, N failed` as the last line. Failed steps
 * count as failures too, so the line cannot say that all is well when it is not.
 *
 * node scripts/count-tests.mjs REPORT.json FAILED_STEPS
 */
import { existsSync, readFileSync } from 'node:fs';

const [reportPath = '', failedSteps = '0'] = process.argv.slice(2);
if (existsSync(reportPath)) {
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  const suites = report.testResults.filter((result) => result.status !== 'passed');
  for (const suite of suites) console.log(`failed: ${suite.name}`);
  console.log(`tests: ${report.numPassedTests} passed in ${report.testResults.length} files`);
  console.log(`${report.numPassedTests} passed, ${report.numFailedTests + Number(failedSteps)} failed`);
} else {
  console.log('the tests wrote no report');
  console.log(`0 passed, ${Math.max(1, Number(failedSteps))} failed`);
  process.exitCode = 1;
}
