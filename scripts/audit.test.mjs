import { expect, it } from 'vitest'
import { auditVerdict } from './audit.mjs'

const advisory = (severity) => ({
  severity,
  module_name: 'left-pad',
  vulnerable_versions: '<2.0.0',
  title: 'Pads on the wrong side',
  url: 'https://example.com/advisory',
})
const reportOf = (...severities) =>
  JSON.stringify({ advisories: Object.fromEntries(severities.map((severity, id) => [id, advisory(severity)])) })

it('fails on a serious vulnerability, and names it', () => {
  const { lines, failed } = auditVerdict(reportOf('low', 'high'))
  expect(failed).toBe(true)
  expect(lines[1]).toBe('high: left-pad <2.0.0: Pads on the wrong side (https://example.com/advisory)')
  expect(lines.at(-1)).toBe('2 known vulnerabilities of dependencies, 1 of them high or critical.')
})

it('passes with others, and with none', () => {
  expect(auditVerdict(reportOf('moderate'))).toMatchObject({ failed: false, lines: { length: 2 } })
  expect(auditVerdict(reportOf())).toEqual({ failed: false, lines: ['No dependency has a known vulnerability.'] })
})

it.each(['', 'Bad Gateway', 'null', '{"error":{"code":"ERR_PNPM_AUDIT_BAD_RESPONSE"}}'])(
  'says in one line that the registry does not tell: %j',
  (output) => {
    const { lines, failed } = auditVerdict(output)
    expect(failed).toBe(false)
    expect(lines).toEqual([expect.stringMatching(/^Dependencies were not audited/)])
  },
)
