import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectReadiness, type WaitedObject } from './object-readiness.ts'

test('what is ready, what is waited for, and what has failed', () => {
  const metadata = { generation: 2 }
  for (const [object, expected] of [
    [{ kind: 'ConfigMap' }, 'ready'],
    [
      { kind: 'Deployment', metadata, status: { observedGeneration: 1, availableReplicas: 1 } },
      'waiting: nobody has seen it yet',
    ],
    [
      {
        kind: 'Deployment',
        metadata,
        spec: { replicas: 3 },
        status: { observedGeneration: 2, updatedReplicas: 3, availableReplicas: 1 },
      },
      'waiting: 1 of 3 pods are there',
    ],
    [
      {
        kind: 'Deployment',
        metadata,
        spec: { replicas: 3 },
        status: { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 3 },
      },
      'waiting: 1 of 3 pods are there',
    ],
    [
      {
        kind: 'Deployment',
        metadata,
        spec: {},
        status: { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 1 },
      },
      'ready',
    ],
    [{ kind: 'Deployment', metadata, spec: { replicas: 0 }, status: { observedGeneration: 2 } }, 'ready'],
    [
      { kind: 'StatefulSet', spec: { replicas: 2 }, status: { updatedReplicas: 2, readyReplicas: 1 } },
      'waiting: 1 of 2 pods are there',
    ],
    [{ kind: 'StatefulSet', spec: { replicas: 2 }, status: { updatedReplicas: 2, readyReplicas: 2 } }, 'ready'],
    [
      {
        kind: 'DaemonSet',
        metadata,
        status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      },
      'waiting: 1 of 2 pods are there',
    ],
    [{ kind: 'DaemonSet', metadata, status: {} }, 'waiting: nobody has seen it yet'],
    [{ kind: 'Job', status: {} }, 'waiting: it is not Complete'],
    [{ kind: 'Job', status: { conditions: [{ type: 'Complete', status: 'True' }] } }, 'ready'],
    [
      { kind: 'Job', status: { conditions: [{ type: 'Failed', status: 'True', message: 'too often' }] } },
      'failed: it has failed: too often',
    ],
    [
      {
        kind: 'Pod',
        status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False', message: 'no image' }] },
      },
      'waiting: it is not Ready: no image',
    ],
    [{ kind: 'Pod', status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, 'ready'],
    [{ kind: 'Pod', status: { phase: 'Succeeded' } }, 'ready'],
    [{ kind: 'Pod', status: { phase: 'Failed' } }, 'failed: it has failed'],
    [{ kind: 'CustomResourceDefinition' }, 'waiting: it is not Established'],
  ] as readonly (readonly [WaitedObject, string])[]) {
    const found = objectReadiness(object)
    assert.equal(found.is === 'ready' ? 'ready' : `${found.is}: ${found.why}`, expected, JSON.stringify(object))
  }
})
