import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildConfigurationPage } from '../../infra/cli/configuration-page.ts'

test('docs/configuration.md says what the schemas say (npm run docs makes it anew)', async () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(await buildConfigurationPage())
})
