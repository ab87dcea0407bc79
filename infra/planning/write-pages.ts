import { writeFileSync } from 'node:fs'
import { buildCostPage } from './cost-page.ts'
import { buildScalePage } from './scale-page.ts'

writeFileSync('docs/cost.md', buildCostPage())
writeFileSync('docs/scale.md', buildScalePage())
