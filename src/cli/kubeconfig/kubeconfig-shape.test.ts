import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { kubeconfigProblem } from './kubeconfig-shape.ts'

test('kubeconfigProblem() names the field that does not hold what it must, and what it must hold', () => {
  for (const [text, problem] of [
    ['users: [{name: u, user: {token: 12345}}]', 'users[0].user.token must be a string: put it in quotes'],
    ['users: [{name: u}, {name: v, user: [a]}]', 'users[1].user must be a mapping'],
    ['users: [{user: {}}]', 'users[0].name must be a string: put it in quotes'],
    ['users: {u: {token: a}}', 'users must be a list'],
    ['users: [null]', 'users[0].name must be a string: put it in quotes'],
    ['users: [{name: u, user: {exec: aws}}]', 'users[0].user.exec must be a mapping'],
    ['users: [{name: u, user: {exec: {args: [1]}}}]', 'users[0].user.exec.args must be a list of strings'],
    [
      'users: [{name: u, user: {exec: {env: {A: b}}}}]',
      'users[0].user.exec.env must be a list of mappings, each with a name',
    ],
    ['users: [{name: u, user: {as-groups: a}}]', 'users[0].user.as-groups must be a list of strings'],
    [
      'clusters: [{name: c, cluster: {insecure-skip-tls-verify: "true"}}]',
      'clusters[0].cluster.insecure-skip-tls-verify must be true or false, without quotes',
    ],
    ['clusters: [{name: c, cluster: {certificate-authority-data: 5}}]', /certificate-authority-data must be a string/],
    ['contexts: [{name: x, context: {user: [u]}}]', 'contexts[0].context.user must be a string: put it in quotes'],
    ['current-context: {a: b}', 'current-context must be a string: put it in quotes'],
  ] as const) {
    const found = kubeconfigProblem(parse(text)) ?? ''
    if (typeof problem === 'string') assert.equal(found, problem, text)
    else assert.match(found, problem, text)
  }
})

test('kubeconfigProblem() takes what kubectl takes: nothing for a field, unknown fields, empty lists', () => {
  for (const text of [
    '{}',
    'users: null',
    'users: [{name: u, user: null}, {name: v}]',
    'users: [{name: u, user: {token: null, exec: {args: null, env: null}, later: {a: 1}}}]',
    'clusters: [{name: c, cluster: {extensions: [{name: e, extension: {a: 1}}]}}]',
    'current-context: ""\ncontexts: []',
  ])
    assert.equal(kubeconfigProblem(parse(text)), undefined, text)
})
