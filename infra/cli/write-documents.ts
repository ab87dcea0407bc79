import { writeFileSync } from 'node:fs'
import { BASE_PATH } from '../../services/ingress/app.ts'
import { buildAsyncApi } from '../../shared/contract/asyncapi/build-asyncapi.ts'
import { buildOpenApi } from '../../shared/contract/openapi/build-openapi.ts'
import { buildDashboard } from '../grafana/build-dashboard.ts'
import { buildConfigurationPage } from './configuration-page.ts'
import { buildMetricsPage } from './metrics-page.ts'

writeFileSync('docs/configuration.md', await buildConfigurationPage())
writeFileSync('docs/metrics.md', await buildMetricsPage())
writeFileSync('docs/openapi.json', `${JSON.stringify(buildOpenApi(BASE_PATH), null, 2)}\n`)
writeFileSync('docs/asyncapi.json', `${JSON.stringify(buildAsyncApi(), null, 2)}\n`)
writeFileSync('infra/grafana/chat.json', buildDashboard())
