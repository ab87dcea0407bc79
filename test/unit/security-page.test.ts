import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('SECURITY.md', 'utf8')

test('every file that SECURITY.md names is there', () => {
  const named = [...page.matchAll(/`((?:test|services|shared|infra)\/[\w/.-]+)`/g)].map(
    ([, path]) => path as string,
  )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(path => !existsSync(path))).toEqual([])
})

test('it has a mechanism and tests for each of the OWASP API Security Top 10', () => {
  const rows = page.split('\n').filter(line => /^\| API\d+ /.test(line))
  expect(rows.map(row => row.match(/API(\d+)/)?.[1])).toEqual(
    Array.from({ length: 10 }, (_, n) => `${n + 1}`),
  )
  for (const row of rows) expect(row).toMatch(/^\| API\d+ [^|]+\|[^|]{20,}\|.*`test\//)
})

test('everything that somebody may try is held off by something, which a test tries', () => {
  const [, table = ''] = page.split('### What they may try')
  const rows = (table.split('\n## ')[0] ?? '')
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(2)
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) expect(row).toMatch(/^\| [^|]{10,} \| [^|]{15,} \| .*`test\//)
})
