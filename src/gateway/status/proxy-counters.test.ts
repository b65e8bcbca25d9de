import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Backend } from '#routes/table/table.ts'
import { requestCounters } from './proxy-counters.ts'

const backend = (key: string, name: string): readonly [string, Backend] => [
  key,
  { key, service: { namespace: 'shop', name, port: 80 }, portName: '', protocol: 'http', balance: 'least' },
]
const slots = new Map([
  ['http-1', 'x'],
  ['http-2', 'y'],
  ['http-3', 'z'],
  ['http-4', 'gone'],
])
const backends = new Map([backend('x', 'cart'), backend('y', 'cart'), backend('z', 'till')])
/** Labels and count of what is told. */
const counted = (...stat: readonly string[]) =>
  Array.from(
    requestCounters(stat.join('\n'), slots, backends).matchAll(/^(\w+)\{(.*)\} (\d+)$/gm),
    ([, name, labels, count]) => {
      assert.equal(name, 'fairlead_gateway_backend_requests_total')
      return `${labels} ${count}`
    },
  )

test('requests are counted by Service, whatever slots stand for it, and nothing else is', () => {
  assert.deepEqual(
    counted(
      '# pxname,svname,hrsp_2xx,hrsp_5xx,',
      'http-1,e1,5,0,',
      'http-1,BACKEND,5,1,',
      'http-2,BACKEND,2,0,',
      'http-4,BACKEND,9,0,',
      'http-5,BACKEND,9,0,',
      'requests,FRONTEND,16,1,',
    ),
    [
      'namespace="shop",service="cart",port="80",code="2xx" 7',
      'namespace="shop",service="cart",port="80",code="5xx" 1',
    ],
  )
})

test('each class of answers has its count, in whatever columns HAProxy has them', () => {
  const classes = ['5xx', '4xx', '3xx', '2xx', '1xx', 'other']
  assert.deepEqual(
    counted(`# pxname,svname,${classes.map((one) => `hrsp_${one}`).join(',')}`, 'http-3,BACKEND,5,4,3,2,1,6').sort(),
    ['1xx 1', '2xx 2', '3xx 3', '4xx 4', '5xx 5', 'other 6'].map((one) => {
      const [code, count] = one.split(' ')
      return `namespace="shop",service="till",port="80",code="${code}" ${count}`
    }),
  )
  // Of TCP there are no answers.
  assert.deepEqual(counted('# pxname,svname,hrsp_2xx', 'http-3,BACKEND,'), [])
  assert.deepEqual(counted(''), [])
})
