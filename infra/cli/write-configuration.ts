import { writeFileSync } from 'node:fs'
import { buildConfigurationPage } from './configuration-page.ts'

writeFileSync('docs/configuration.md', await buildConfigurationPage())
