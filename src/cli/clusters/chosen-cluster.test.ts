import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Claim } from '#cluster/claims/claim.ts'
import { chosenCluster } from './chosen-cluster.ts'

const kubeconfig = (context: string, server: string): string => `apiVersion: v1
kind: Config
clusters: [{name: fairlead-ci, cluster: {server: '${server}'}}]
contexts: [{name: fairlead-ci, context: {cluster: fairlead-ci, user: fairlead-ci}}]
current-context: ${context}
`
const claims = (): readonly Claim[] => [{ name: 'ci', hostPort: 6444 } as Claim]

test('a verb that looks is about the cluster that kubectl would ask, where that is one of this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-chosen-'))
  const file = join(folder, 'config')
  const chosen = (text: string, name?: string): string => {
    writeFileSync(file, text)
    return chosenCluster(name, { KUBECONFIG: file }, claims)
  }
  try {
    assert.equal(chosen(kubeconfig('fairlead-ci', 'https://127.0.0.1:6444')), 'ci')
    assert.equal(chosen(kubeconfig('fairlead-ci', 'https://127.0.0.1:6444'), 'other'), 'other', 'a name comes first')
    assert.equal(chosen(kubeconfig('work', 'https://127.0.0.1:6444')), 'fairlead', 'another context')
    assert.equal(chosen(kubeconfig('fairlead-ci', 'https://10.0.0.1:6444')), 'fairlead', 'of another machine')
    assert.equal(chosen('{ broken'), 'fairlead')
    assert.equal(chosenCluster(undefined, { KUBECONFIG: join(folder, 'none') }, claims), 'fairlead')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
