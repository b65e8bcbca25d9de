import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOfWord, wordsOfKind } from './object-word.ts'

test('a kind has the names that kubectl has for it', () => {
  for (const [kind, words] of Object.entries({
    Deployment: ['deploy', 'deployment', 'deployments'],
    ReplicaSet: ['rs', 'replicaset', 'replicasets'],
    StatefulSet: ['sts', 'statefulset', 'statefulsets'],
    DaemonSet: ['ds', 'daemonset', 'daemonsets'],
    Job: ['job', 'jobs'],
    Service: ['svc', 'service', 'services'],
    Pod: ['po', 'pod', 'pods'],
    Node: ['no', 'node', 'nodes'],
  }))
    for (const word of words) assert.equal(kindOfWord(word), kind, word)
  for (const word of ['', 'ingress', 'Pod', 'toString']) assert.equal(kindOfWord(word), undefined, word)
})

test('an object is printed with a word that can be asked again', () => {
  for (const [kind, words] of Object.entries({ Deployment: ['deploy', 'deployments'], Pod: ['pod', 'pods'] }))
    assert.deepEqual(wordsOfKind(kind), words)
  for (const kind of ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Service', 'Node'])
    for (const word of wordsOfKind(kind)) assert.equal(kindOfWord(word), kind)
})
