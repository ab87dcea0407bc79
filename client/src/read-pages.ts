import type { Api, Page } from './api.ts'

const PAGE = 100

/** Item by item, page by page; `next` gives the query of the page that follows. */
export async function* readPages<Item>(
  api: Api,
  path: string,
  next: (page: Page) => string | undefined,
): AsyncIterable<Item> {
  const limit = `${path.includes('?') ? '&' : '?'}limit=${PAGE}`
  for (let query: string | undefined = ''; query !== undefined; ) {
    const { data, page }: { data: Item[]; page: Page } = await api<Item[]>({
      method: 'GET',
      path: path + limit + query,
    })
    yield* data
    query = next(page)
  }
}
