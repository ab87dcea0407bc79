import { type Panel, ROWS } from './panels.ts'

const COLUMNS = 24
const PANELS_PER_ROW = 4
const PANEL_HEIGHT = 8

const datasource = { type: 'prometheus', uid: '$datasource' }

/** The dashboard as Grafana imports it, made of the panels; `npm run docs` writes it. */
export function buildDashboard(): string {
  let id = 0
  let y = 0
  const panels = Object.entries(ROWS).flatMap(([title, row]) => {
    const heading = { id: ++id, type: 'row', title, collapsed: false, panels: [] }
    const top = { ...heading, gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 } }
    const width = COLUMNS / PANELS_PER_ROW
    const shown = row.map((panel, index) => {
      const line = Math.floor(index / PANELS_PER_ROW)
      const x = (index % PANELS_PER_ROW) * width
      return buildPanel(panel, ++id, { x, y: y + line * PANEL_HEIGHT, w: width, h: PANEL_HEIGHT })
    })
    y += Math.ceil(row.length / PANELS_PER_ROW) * PANEL_HEIGHT
    return [top, ...shown]
  })
  const dashboard = {
    uid: 'growzone-chat',
    title: 'Growzone Chat',
    tags: ['growzone-chat'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    graphTooltip: 1,
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
      ],
    },
    panels,
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

function buildPanel({ title, unit, queries, help }: Panel, id: number, gridPos: object): object {
  return {
    ...{ id, type: 'timeseries', title, datasource, gridPos },
    ...(help !== undefined && { description: help }),
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource, expr, legendFormat: legend },
    })),
  }
}
