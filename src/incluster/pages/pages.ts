import type { RequestListener } from 'node:http'

/** What is answered at a path; `status` is 200 where it is left out. */
interface Page {
  readonly status?: number
  readonly body: object
}

/** By path, what is asked with the query behind it. */
export type Pages = Readonly<Record<string, (query: URLSearchParams) => Page | Promise<Page>>>

/** Answers GET of these paths in JSON, and nothing else. */
export const handlerOf =
  (pages: Pages): RequestListener =>
  (request, response) => {
    const answer = ({ status = 200, body }: Page): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
      response.end(JSON.stringify(body))
    }
    const [path = '/', query] = (request.url ?? '/').split('?')
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page === undefined)
      return answer({ status: 404, body: { error: `served are ${Object.keys(pages).join(', ')}` } })
    if (request.method !== 'GET') return answer({ status: 405, body: { error: 'only GET is served' } })
    void (async () => page(new URLSearchParams(query)))().then(answer, (error: Error) =>
      answer({ status: 500, body: { error: error.message } }),
    )
  }
