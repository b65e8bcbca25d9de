import { test } from 'node:test'
import { holdPods } from '#api/testing/pods.ts'

const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] })
/** Sources, and what each lacks, without the volume's path. */
const hold = (cases: readonly (readonly [object, readonly string[]])[]): void =>
  holdPods(cases.map(([source, errors]) => [volume(source), errors.map((error) => `volumes[0].${error}`)] as const))
const lacks = (source: string, ...fields: readonly string[]) =>
  [{ [source]: {} }, fields.map((field) => `${source}.${field}: Required value`)] as const

test('storage elsewhere is named by what it needs', () => {
  hold([
    lacks('gcePersistentDisk', 'pdName'),
    lacks('awsElasticBlockStore', 'volumeID'),
    lacks('glusterfs', 'endpoints', 'path'),
    lacks('rbd', 'monitors', 'image'),
    lacks('cinder', 'volumeID'),
    lacks('cephfs', 'monitors'),
    lacks('flexVolume', 'driver'),
    lacks('azureFile', 'secretName', 'shareName'),
    lacks('vsphereVolume', 'volumePath'),
    lacks('photonPersistentDisk', 'pdID'),
    lacks('portworxVolume', 'volumeID'),
    lacks('storageos', 'volumeName'),
    lacks('scaleIO', 'gateway', 'system', 'volumeName'),
    lacks('gitRepo', 'repository'),
    [{ image: {} }, ['image.reference: Required value']],
    [
      { nfs: {} },
      [
        'nfs.server: Required value',
        'nfs.path: Required value',
        'nfs.path: Invalid value: "": must be an absolute path',
      ],
    ],
    [{ flocker: {} }, ['flocker: Required value: one of datasetName and datasetUUID is required']],
    [{ ephemeral: {} }, ['ephemeral.volumeClaimTemplate: Required value']],
  ])
})

test('of storage elsewhere, what is said must fit', () => {
  hold([
    [
      { iscsi: { targetPortal: 'p', iqn: 'x', lun: 256, chapAuthSession: true } },
      [
        'iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
        'iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
        'iscsi.secretRef: Required value',
      ],
    ],
    [{ iscsi: { targetPortal: 'p', iqn: 'iqn.2001-04.com.example:storage' } }, []],
    [
      { fc: { targetWWNs: ['a'], wwids: ['b'] } },
      [
        'fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously',
        'fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
    ],
    [
      { azureDisk: { diskName: 'd', diskURI: 'x', kind: 'Managed' } },
      [
        'azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
      ],
    ],
    [
      { flexVolume: { driver: 'd', options: { 'a.k8s.io/x': '' } } },
      ['flexVolume.options[a.k8s.io/x]: Invalid value: "a.k8s.io/x": kubernetes.io and k8s.io namespaces are reserved'],
    ],
    [
      { quobyte: { registry: 'x', volume: 'v' } },
      ['quobyte.registry: Invalid value: "x": must be a host:port pair or multiple pairs separated by commas'],
    ],
    [
      { hostPath: { path: '/a', type: 'Folder' } },
      [
        'hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      {
        projected: {
          sources: [{ clusterTrustBundle: { path: 'a' } }, { podCertificate: { signerName: 'a.b/c', keyType: 'X' } }],
        },
      },
      [
        'projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified',
        'projected.sources[1].podCertificate.keyType: Unsupported value: "X": supported values: "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096"',
        'projected.sources[1].podCertificate: Required value: specify at least one of credentialBundlePath, keyPath, and certificateChainPath',
      ],
    ],
  ])
})
