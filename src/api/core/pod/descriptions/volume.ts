import type { Descriptions } from '#api/openapi/description.ts'

const MODE = 'The mode of the file, in decimal as JSON is: 420 is 0644. Default: defaultMode.'
const DEFAULT_MODE = 'The mode of the files that name none, in decimal as JSON is. Default 420, which is 0644.'
const ITEMS = 'Which keys become files, and by which names. Default: all, by their own.'
const OPTIONAL = 'Whether it may be missing. Default false: then the pod waits for it.'
const CLOUD = 'A disk or file system of a cloud or a storage system; no node of this cluster can mount it.'

export const volumes: Descriptions = {
  Volume: {
    about: 'A folder that containers of a pod may mount; one way to fill it.',
    fields: {
      name: 'Its name in the pod.',
      emptyDir: 'Empty at first; it lives and dies with the pod.',
      hostPath: 'A folder or file of the node.',
      configMap: 'A ConfigMap, each key a file.',
      secret: 'A Secret, each key a file, in memory.',
      downwardAPI: 'What the pod knows of itself, as files.',
      projected: 'Several of these in one folder.',
      persistentVolumeClaim: 'A volume that outlives the pod, by its claim.',
      ephemeral: 'A claim that lives and dies with the pod.',
      csi: 'A volume of a CSI driver.',
      image: 'The files of an image.',
      nfs: CLOUD,
      iscsi: CLOUD,
      fc: CLOUD,
      gitRepo: 'No longer used.',
      gcePersistentDisk: CLOUD,
      awsElasticBlockStore: CLOUD,
      glusterfs: CLOUD,
      rbd: CLOUD,
      flexVolume: CLOUD,
      cinder: CLOUD,
      cephfs: CLOUD,
      flocker: CLOUD,
      azureFile: CLOUD,
      azureDisk: CLOUD,
      vsphereVolume: CLOUD,
      quobyte: CLOUD,
      photonPersistentDisk: CLOUD,
      portworxVolume: CLOUD,
      scaleIO: CLOUD,
      storageos: CLOUD,
    },
  },
  EmptyDirVolumeSource: {
    about: 'A folder that is empty at first.',
    fields: {
      medium: 'Memory: in memory, and counted as the container’s. Empty: on the node’s disk.',
      sizeLimit: 'The most that it may hold.',
    },
  },
  HostPathVolumeSource: {
    about: 'A folder or file of the node.',
    fields: {
      path: 'Where it is on the node.',
      type: 'What must be there: Directory, File, Socket and others; DirectoryOrCreate makes it. Empty: anything.',
    },
  },
  ConfigMapVolumeSource: {
    about: 'A ConfigMap as files; they follow its changes.',
    fields: {
      name: 'Its name.',
      items: ITEMS,
      defaultMode: DEFAULT_MODE,
      optional: OPTIONAL,
    },
  },
  SecretVolumeSource: {
    about: 'A Secret as files; they follow its changes.',
    fields: {
      secretName: 'Its name.',
      items: ITEMS,
      defaultMode: DEFAULT_MODE,
      optional: OPTIONAL,
    },
  },
  KeyToPath: {
    about: 'A key that becomes a file.',
    fields: { key: 'The key.', path: 'The file, below the volume and without `..`.', mode: MODE },
  },
  DownwardAPIVolumeSource: {
    about: 'What the pod knows of itself, as files.',
    fields: { items: 'The files.', defaultMode: DEFAULT_MODE },
  },
  DownwardAPIVolumeFile: {
    about: 'A file with one thing that the pod knows of itself.',
    fields: {
      path: 'The file, below the volume and without `..`.',
      fieldRef: 'A field of the pod.',
      resourceFieldRef: 'A limit or request of a container.',
      mode: MODE,
    },
  },
  ProjectedVolumeSource: {
    about: 'Several sources in one folder.',
    fields: { sources: 'The sources.', defaultMode: DEFAULT_MODE },
  },
  VolumeProjection: {
    about: 'A part of a projected volume; one of these.',
    fields: {
      secret: 'Keys of a Secret.',
      configMap: 'Keys of a ConfigMap.',
      downwardAPI: 'What the pod knows of itself.',
      serviceAccountToken: 'A token of the pod’s account, renewed in time.',
      clusterTrustBundle: 'Certificates to trust.',
      podCertificate: 'A certificate of the pod’s own, renewed in time.',
    },
  },
  SecretProjection: {
    about: 'Keys of a Secret.',
    fields: { name: 'Its name.', items: ITEMS, optional: OPTIONAL },
  },
  ConfigMapProjection: {
    about: 'Keys of a ConfigMap.',
    fields: { name: 'Its name.', items: ITEMS, optional: OPTIONAL },
  },
  DownwardAPIProjection: { about: 'What the pod knows of itself.', fields: { items: 'The files.' } },
  ServiceAccountTokenProjection: {
    about: 'A token of the pod’s account.',
    fields: {
      audience: 'For whom it is. Default: the API server.',
      expirationSeconds: 'Seconds that it is good for. Default 3600, at least 600.',
      path: 'The file, below the volume.',
    },
  },
  VolumeMount: {
    about: 'Where a volume appears in a container.',
    fields: {
      name: 'The volume.',
      mountPath: 'Where it appears.',
      readOnly: 'Whether it cannot be written there. Default false.',
      recursiveReadOnly: 'Whether what is mounted below it cannot be written either.',
      subPath: 'The folder or file of the volume that appears, instead of all of it.',
      subPathExpr: 'The same, with $(NAME) for environment variables.',
      mountPropagation: 'Whether mounts made later on one side are seen on the other. Default None.',
    },
  },
  VolumeMountStatus: {
    about: 'How a volume is mounted.',
    fields: {
      name: 'The volume.',
      mountPath: 'Where it appears.',
      readOnly: 'Whether it cannot be written there.',
      recursiveReadOnly: 'Whether what is mounted below it cannot be written either.',
      volumeStatus: 'What else is known of it.',
    },
  },
  VolumeDevice: {
    about: 'A block device that appears in a container.',
    fields: { name: 'The volume.', devicePath: 'Where it appears.' },
  },
}
