import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from './registry.ts'

test('the text format has help, type, escaped labels and cumulative buckets', () => {
  const registry = new Registry()
  registry.counter({ name: 'a_total', help: 'A "b"\\c\nd.' }).add(2, { code: 'x"\n\\' })
  const histogram = registry.histogram({ name: 'h_seconds', help: 'H.' }, [0.1, 1])
  for (const seconds of [0.1, 0.5, 7]) histogram.observe(seconds)
  registry.read('gauge', { name: 'g', help: 'G.' }, () => 0.5)
  assert.equal(
    registry.render(),
    [
      '# HELP a_total A "b"\\\\c\\nd.',
      '# TYPE a_total counter',
      'a_total{code="x\\"\\n\\\\"} 2',
      '# HELP h_seconds H.',
      '# TYPE h_seconds histogram',
      'h_seconds_bucket{le="0.1"} 1',
      'h_seconds_bucket{le="1"} 2',
      'h_seconds_bucket{le="+Inf"} 3',
      'h_seconds_sum 7.6',
      'h_seconds_count 3',
      '# HELP g G.',
      '# TYPE g gauge',
      'g 0.5',
      '',
    ].join('\n'),
  )
  assert.throws(() => registry.counter({ name: 'g', help: 'G.' }), /exists twice/)
})
