import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { celEnvironment } from '../cel.ts'
import { declaredType } from '../schema/declared-type.ts'
import { sizesOf } from '../schema/sizes.ts'
import { estimatedCost } from './estimate.ts'

const estimate = (schema: JsonSchema, rule: string): number => {
  const declared = declaredType(schema, false)!
  const { expression } = celEnvironment({ self: declared.type, oldSelf: declared.type }).compile(rule)
  return estimatedCost(expression, sizesOf(declared))
}

const NUMBER: JsonSchema = { type: 'number' }
const TEXT: JsonSchema = { type: 'string' }
const BOOLEAN: JsonSchema = { type: 'boolean' }
const ANY: JsonSchema = { 'x-kubernetes-int-or-string': true }
const ofFormat = (format: string): JsonSchema => ({ ...TEXT, format })
const list = (items: JsonSchema, maxItems?: number): JsonSchema => ({
  type: 'array',
  items,
  ...(maxItems !== undefined && { maxItems }),
})
const map = (additionalProperties: JsonSchema, maxProperties?: number): JsonSchema => ({
  type: 'object',
  additionalProperties,
  ...(maxProperties !== undefined && { maxProperties }),
})

// The figures are those of Kubernetes' own tests.
test('an expression costs at most what Kubernetes estimates', () => {
  const ALL = 'self.all(x, true)'
  const cases: readonly (readonly [schema: JsonSchema, rule: string, cost: number])[] = [
    [list(NUMBER), ALL, 4718591],
    [list(NUMBER, 10), ALL, 32],
    [list(TEXT), ALL, 3145727],
    [list(BOOLEAN), ALL, 1887437],
    [list(list(NUMBER)), ALL, 3145727],
    [list(ANY), ALL, 4718591],
    [list(ofFormat('duration')), ALL, 2359295],
    [list(ofFormat('date')), ALL, 725936],
    [list(ofFormat('date-time')), ALL, 428963],
    [map(NUMBER), ALL, 1348169],
    [map(TEXT), ALL, 1179647],
    [map(TEXT, 3), ALL, 11],
    [map(BOOLEAN), ALL, 943718],
    [map(ofFormat('date-time')), ALL, 349526],
    [map({ type: 'integer' }), 'oldSelf.size() == self.size()', 5],
    [map(ofFormat('date-time')), 'self["a"] == self["b"]', 8],
    [map(ofFormat('duration')), 'self["c"] == self["d"]', 8],
    [TEXT, "self.find('[0-9]+') == ''", 629147],
    [{ ...TEXT, maxLength: 10 }, "self.find('[0-9]+') == ''", 11],
    [{ ...TEXT, enum: ['A', 'B', 'C', 'LongValue'] }, "self.contains('A')", 2],
    [TEXT, "self.contains('test')", 314574],
    [{ ...TEXT, maxLength: 10 }, "self.contains('test')", 5],
    [TEXT, "self.startsWith('test')", 2],
    [TEXT, 'size(self + "hello") > size("hello")', 314578],
    [{ ...TEXT, maxLength: 4 }, 'size(self + "hello") > size("hello")', 7],
    [list(NUMBER), 'self[1] == 0.0', 2],
    [list(TEXT), 'self[1] == self[1]', 314577],
    [list(NUMBER, 10), 'self.all(x, self.all(y, true))', 352],
    [list(NUMBER, 10), 'self.all(x, self.all(y, self.all(z, true)))', 3552],
    [TEXT, 'self.matches("x")', 314574],
    [{ ...TEXT, maxLength: 50 }, 'self.matches("x")', 22],
    [TEXT, '"".matches("(((((((((())))))))))[0-9]")', 7],
    [TEXT, 'self.matches("")', 1],
    [TEXT, 'self == "x"', 2],
    [{ ...TEXT, maxLength: 0 }, 'self == "x"', 1],
    [list(NUMBER), 'self.all(x, x == 0.0)', 6291454],
    [list(ANY), 'self[0] == 5', 3],
    [list(list(NUMBER)), 'self[0][0] == -1.0', 3],
    [list(ofFormat('duration')), 'self[0].getHours() == 2', 4],
  ]
  const found = cases.map(([schema, rule]) => estimate(schema, rule))
  assert.deepEqual(
    found.map((cost, index) => [cases[index]![1], cost]),
    cases.map(([, rule, cost]) => [rule, cost]),
  )
  assert.ok(estimate(list(NUMBER), 'self.all(x, self.all(y, true))') > 10_000_000)
})

test('what a function costs at most follows of how large its arguments can be, and so does the size of its result', () => {
  // Forty bytes at most.
  const text = { ...TEXT, maxLength: 10 }
  const texts = list(text, 3)
  const cases: readonly (readonly [schema: JsonSchema, rule: string, cost: number])[] = [
    [text, 'self.lowerAscii() == ""', 1 + 4],
    [text, 'self.replace("a", "bb").lowerAscii() == ""', 1 + 8 + 8],
    [text, 'self.replace("", "b").lowerAscii() == ""', 1 + 8 + 9],
    [text, 'self.replace("aa", "b").lowerAscii() == ""', 1 + 8 + 4],
    [text, 'self.split("").size() == 1', 1 + 8 + 1 + 1],
    [text, 'self.split(",", 2).all(x, true)', 1 + 8 + 2 * 3 + 1],
    [texts, 'self.join("-").lowerAscii() == ""', 1 + 13 + 13],
    [texts, 'self.join().lowerAscii() == ""', 1 + 12 + 12],
    [texts, 'self.isSorted()', 1 + 3 * 5],
    [list(NUMBER, 3), 'self.isSorted()', 1 + 3],
    [text, 'self.indexOf("a") >= 0', 1 + 4 + 1],
    [text, 'self.findAll("abcde").all(x, true)', 1 + 5 * 2 + 40 * 3 + 1],
    [text, 'isIP(self)', 1 + 4],
    [text, 'ip.isCanonical(self)', 1 + 8],
    [text, 'cidr("10.0.0.0/8").containsIP(self)', 1 + 1 + 4 + 4],
    [text, 'cidr("10.0.0.0/8").containsIP(ip(self))', 1 + 1 + 4 + 4],
    [text, 'cidr("10.0.0.0/8").containsCIDR(self)', 1 + 1 + 4 + 2 + 1 + 4],
    [text, 'cidr(self).ip().isLoopback()', 1 + 4 + 1 + 1],
    [text, 'quantity(self) == quantity(self)', 5 + 5 + 1],
    [text, 'url(self).getHost() == ""', 1 + 4 + 1],
    [text, 'format.dns1123Label().validate(self).hasValue()', 1 + 1 + 4 * 32 + 1],
    [text, 'self in ["a", "b"]', 1 + 10 + 2],
    [text, 'bytes(self).size() > 1', 1 + 4 + 1 + 1],
    [text, 'string(bytes(self)) + "a" == ""', 1 + 4 + 16 + 17],
    [text, 'strings.quote(self).lowerAscii() == ""', 1 + 4 + 9],
    [text, '"%s".format([self]) == ""', 10 + 1 + 1],
    [text, 'self.endsWith("ab") && self.contains("abc")', 1 + 1 + 1 + 4],
    [text, 'self == "a" ? true : self == "b"', 2 + 2],
    [texts, 'lists.range(5).all(x, true)', 16 + 5 * 3 + 1],
    [texts, 'self.reverse().all(x, true)', 1 + 14 + 3 * 3 + 1],
    [texts, 'self.slice(1, 2).all(x, true)', 1 + 12 + 3 + 1],
    [texts, 'self.distinct().size() == 1', 1 + 29 + 1 + 1],
    [texts, 'self.sort().size() == 1', 1 + 30 + 1 + 1],
    [texts, 'sets.contains(self, self)', 2 + 9 + 1],
    [texts, 'sets.equivalent(self, ["a"])', 1 + 10 + 6 + 1],
    [texts, 'self.map(x, x + "a").all(y, y.contains("b"))', 66 + 3 * 5 + 1],
    [texts, 'self.filter(x, x == "a").size() == 0', 11 + 3 * 15 + 1 + 2],
    [texts, '(self + self).all(x, true)', 2 + 1 + 6 * 3 + 1],
    [map(text, 2), 'self.all(k, self[k] == "a")', 1 + 2 * 7 + 1],
    [map(text, 2), 'self.all(k, v, v == k)', 1 + 2 * 5 + 1],
    [text, 'dyn(self) == "a"', 1 + 1 + 1],
    [text, '{"a": self}["a"] == "b"', 30 + 1 + 1 + 1],
    [text, '[self][0] == "b"', 10 + 1 + 1 + 1],
  ]
  const found = cases.map(([schema, rule]) => [rule, estimate(schema, rule)])
  assert.deepEqual(
    found,
    cases.map(([, rule, cost]) => [rule, cost]),
  )
})

test('the rest of the functions cost at most what their like cost', () => {
  const text = { ...TEXT, maxLength: 10 }
  const texts = list(text, 3)
  const numbers = list(NUMBER, 3)
  const bytes = { ...ofFormat('byte'), maxLength: 5 }
  const nine = { ...TEXT, enum: ['abcdefghi'] }
  const cases: readonly (readonly [schema: JsonSchema, rule: string, cost: number])[] = [
    [text, 'self.upperAscii() == ""', 1 + 4],
    [text, 'self.trim() == ""', 1 + 4],
    [text, 'self.substring(1, 2).lowerAscii() == ""', 1 + 4 + 4],
    [text, 'jsonpatch.escapeKey(self) == ""', 1 + 4],
    [text, 'isCIDR(self) || isQuantity(self) || isSemver(self)', 3 * (1 + 4)],
    [text, 'isURL(self)', 1 + 1],
    [text, 'self.lastIndexOf("a") >= 0', 1 + 4 + 1],
    [numbers, 'self.max() > 1.0 && self.min() > 1.0 && self.sum() > 1.0', 3 * (1 + 3 + 1)],
    [texts, 'self.max() == ""', 1 + 3 * 5],
    [texts, 'self.lastIndexOf("a") >= 0', 1 + 3 * 5 + 1],
    [texts, 'sets.intersects(self, self)', 2 + 9 + 1],
    [numbers, 'self.sort().size() == 1', 1 + 2 * 9 + 11 + 2],
    // The name for the list, the list of keys, and sorting by them, which are texts.
    [texts, 'self.sortBy(x, x).size() == 1', 11 + 1 + (1 + 10 + 3 * 13 + 1) + (19 + 11) + 2],
    [list(list(NUMBER, 2), 3), 'self.flatten().size() == 1', 1 + 3 + 11 + 2],
    [list(list(NUMBER, 2), 3), 'self.flatten(2).size() == 1', 1 + 2 * 3 + 11 + 2],
    [text, 'self == "a" || self == "b"', 2 * (1 + 1)],
    [text, 'self < "abcdefghijklmn" && self != "abcdefghijklmn"', 2 * (1 + 2)],
    [text, 'self > "a" && self >= "a" && self <= "a"', 3 * (1 + 1)],
    [bytes, 'self == b"abc" && self < b"abc"', 2 * (1 + 1)],
    [bytes, '(self + self).size() == 1', 2 + 1 + 2],
    [bytes, 'string(self) == ""', 1 + 1],
    [text, 'self.matches("abcdefgh")', 1 + 5 * 2],
    [text, 'matches(self, "a")', 1 + 1],
    [nine, 'self.find("a") == ""', 1 + 1],
    [nine, 'self.matches("a")', 1 + 1],
    [text, 'size([self, self]) == 2', 10 + 2 + 2],
    [text, '[self].exists(x, x == "a")', 11 + 0 + (2 + 1 + 1 + 1 + 1) * 1 + 1],
    [text, 'optional.of(self).orValue("") == "a"', 1 + 1 + 1 + 1],
    [{ type: 'object', properties: { a: NUMBER } }, 'has(self.a) && self.a > 1.0', 1 + 2 + 1],
    [{ type: 'object', properties: { a: text } }, 'self.?a.orValue("x") == "y"', 2 + 1 + 1],
    [map(text, 2), 'self.exists(k, k == "a" || self[k].contains("b"))', 1 + 2 * (3 + 9) + 1],
    [list(map(text, 2), 3), 'self.all(m, m.all(k, m[k] == "a"))', 1 + 3 * (3 + 16) + 1],
    [list({ type: 'object', properties: { n: text } }, 3), 'self.all(e, e.n == "abc")', 1 + 3 * (3 + 3) + 1],
    [list(texts, 2), 'self.all(l, l.all(t, t.startsWith("a")))', 1 + 2 * (3 + 17) + 1],
    [texts, 'self.transformList(i, t, t + "a").all(t, t.size() < 9)', 11 + 3 * 18 + 1 + 3 * (3 + 3) + 1],
    [texts, 'self.map(t, t.size() > 1, [t]).size() == 1', 11 + 3 * (3 + 23) + 1 + 2],
    [texts, '(self.size() > 1 ? self : ["a"]).all(t, t == "b")', 3 + 10 + 3 * (3 + 2) + 1],
    [texts, '(self.size() > 1 ? self[0] : "a") == "abcdefghijklm"', 3 + 2 + 2],
    [texts, 'dyn(self).all(t, true)', 2 + 3 * 3 + 1],
    [text, 'self.replace("abc", "xyz").lowerAscii() == ""', 1 + 8 + 4],
    [text, '{"a": self}["a"].contains("abc")', 30 + 1 + 1 + 4],
    [text, '{self: 1}.all(k, k.contains("abc"))', 31 + 1 + (1 + 4 + 2) + 1],
    [text, '{"a": self}.all(k, v, v.contains("abc"))', 31 + 1 + (1 + 4 + 2) + 1],
    // What is no text and no list is as large as one.
    [text, 'timestamp(self) == timestamp(self)', 2 * (1 + 1) + 1],
    [text, 'duration(self) == duration(self)', 2 * (1 + 1) + 1],
    [text, 'int(self) == int(self) && uint(self) == uint(self)', 4 * (1 + 1) + 2],
    [text, 'double(self) == double(self)', 2 * (1 + 1) + 1],
    [text, '(self == "a") == (self == "b")', 2 * (1 + 1) + 1],
    [numbers, 'optional.of(self[0]) == optional.of(self[1])', 2 * (2 + 1) + 1],
  ]
  const found = cases.map(([schema, rule]) => [rule, estimate(schema, rule)])
  assert.deepEqual(
    found,
    cases.map(([, rule, cost]) => [rule, cost]),
  )
})
