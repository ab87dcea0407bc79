import { examineStages, scaleTable } from './scale-page.ts'

/** `npm run -s scale`: what each crowd needs of each bound, and what breaks first. */
process.stdout.write(`${scaleTable(examineStages())}\n`)
