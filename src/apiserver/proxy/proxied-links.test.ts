import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HtmlLinks } from './html-links.ts'
import { rewriteLink } from './page-links.ts'

const prefix = '/api/v1/namespaces/default/services/web:80/proxy'
const links = { prefix, hosts: ['10.244.1.2:8080', '127.0.0.1:6443'] }

test('rewriteLink() leads links of the page’s own host through the proxy, and leaves all others', () => {
  for (const [link, expected] of [
    ['/a/b?c=d#e', `${prefix}/a/b?c=d#e`],
    ['/', `${prefix}/`],
    ['http://10.244.1.2:8080/a/', `${prefix}/a/`],
    ['https://127.0.0.1:6443/a', `${prefix}/a`],
    ['//10.244.1.2:8080', `${prefix}/`],
    ['http://10.244.1.2:8080?q', `${prefix}/?q`],
    [`${prefix}/a`, `${prefix}/a`],
    [`http://127.0.0.1:6443${prefix}/a`, `${prefix}/a`],
    [`${prefix}x/a`, `${prefix}${prefix}x/a`],
    ['a/b', 'a/b'],
    ['../a', '../a'],
    ['?q', '?q'],
    ['#top', '#top'],
    ['', ''],
    ['mailto:/a', 'mailto:/a'],
    ['data:text/html,/a', 'data:text/html,/a'],
    ['http://elsewhere.example/a', 'http://elsewhere.example/a'],
    ['//elsewhere.example/a', '//elsewhere.example/a'],
  ] as const)
    assert.equal(rewriteLink(link, links), expected, link)
})

/** The page in chunks of `size` bytes. */
const rewritten = async (page: string, size: number): Promise<string> => {
  const stream = new HtmlLinks(links)
  const bytes = Buffer.from(page)
  for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size))
  stream.end()
  const out: Buffer[] = []
  for await (const chunk of stream) out.push(chunk as Buffer)
  return Buffer.concat(out).toString()
}

const PAGE = `<!DOCTYPE html><!-- <a href="/comment"> --><HTML manifest=/m>
<link rel=stylesheet href='/style.css'><script src="/s.js">if (a<b) document.write('<a href="/text">')</script>
<title><a href="/title"></title><A title=" href='/not' > " HREF = "/one&amp;two">ä</A><a href=/bare/>x</a>
<a data-href="/no" href>empty</a><img alt=/no src="/i.png" usemap=/m longdesc="http://10.244.1.2:8080/l"/>
<form action="/post"><input src=relative formaction="/f"></form><p href="/no">1 < 2 <3 <</p><iframe src=/frame></iframe>`
const EXPECTED = PAGE.replace('manifest=/m', `manifest=${prefix}/m`)
  .replace("'/style.css'", `'${prefix}/style.css'`)
  .replace('"/s.js"', `"${prefix}/s.js"`)
  .replace('"/one&amp;two"', `"${prefix}/one&amp;two"`)
  .replace('href=/bare/', `href=${prefix}/bare/`)
  .replace('"/i.png"', `"${prefix}/i.png"`)
  .replace('usemap=/m', `usemap=${prefix}/m`)
  .replace('http://10.244.1.2:8080/l', `${prefix}/l`)
  .replace('action="/post"', `action="${prefix}/post"`)
  .replace('formaction="/f"', `formaction="${prefix}/f"`)
  .replace('src=/frame', `src=${prefix}/frame`)

test('HtmlLinks rewrites the URLs of elements, wherever a chunk ends, and neither text nor comments', async () => {
  for (const size of [1, 2, 3, 7, 50, 10_000]) assert.equal(await rewritten(PAGE, size), EXPECTED, `chunks of ${size}`)
})

test('HtmlLinks passes on what never ends, and holds no more of it than a tag may be long', async () => {
  for (const page of ['<a href="', '<!-- ', '<script>', '<', '</', '<a'])
    assert.equal(await rewritten(page, 3), page, page)
  const endless = new HtmlLinks(links)
  endless.write('<a href="')
  let out = 0
  endless.on('data', (chunk: Buffer) => {
    out += chunk.length
  })
  for (let index = 0; index < 64; index++) endless.write(Buffer.alloc(4096, 'x'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(out > 64 * 4096 - 70_000, `${out} bytes of ${64 * 4096} have gone on`)
})
