import type { Descriptions } from '#api/openapi/description.ts'

const SUBJECTS = 'Who is given what the role allows.'
const ROLE = 'Of what they are given the rules. It stays as it is for the life of the binding.'

export const descriptions: Descriptions = {
  Role: {
    about: 'What may be done in one namespace, for a binding to give to somebody.',
    fields: { rules: 'What it allows: all that any of them does.' },
  },
  ClusterRole: {
    about: 'What may be done in the whole cluster, or in whichever namespace a binding gives it to somebody.',
    fields: {
      rules: 'What it allows: all that any of them does. Where aggregationRule stands, a controller writes them.',
      aggregationRule: 'Where its rules are gathered from.',
    },
  },
  RoleBinding: {
    about: 'Gives somebody what a role allows, in one namespace.',
    fields: { subjects: SUBJECTS, roleRef: ROLE },
  },
  ClusterRoleBinding: {
    about: 'Gives somebody what a ClusterRole allows, in the whole cluster.',
    fields: { subjects: SUBJECTS, roleRef: ROLE },
  },
  PolicyRule: {
    about: 'Something that may be done: to resources, or to paths that are none.',
    fields: {
      verbs: 'What may be done: get, list, watch, create, update, patch, delete and others; `*` is everything.',
      apiGroups: 'Groups of the resources: "" is the core group, `*` is all.',
      resources: 'Resources in the plural, with a part behind a slash (`pods/log`); `*` is all.',
      resourceNames: 'Names of the only objects that it is about. All, where there are none.',
      nonResourceURLs: 'Paths that are no resources, as /healthz; `*` at the end stands for whatever follows.',
    },
  },
  Subject: {
    about: 'Somebody: a user, a group or a ServiceAccount.',
    fields: {
      kind: 'User, Group or ServiceAccount.',
      apiGroup: 'rbac.authorization.k8s.io of users and groups, "" of ServiceAccounts.',
      name: 'The name of the user, the group or the ServiceAccount.',
      namespace: 'The namespace of a ServiceAccount.',
    },
  },
  RoleRef: {
    about: 'The role of a binding.',
    fields: { apiGroup: 'rbac.authorization.k8s.io.', kind: 'Role or ClusterRole.', name: 'Its name.' },
  },
  AggregationRule: {
    about: 'Where the rules of a ClusterRole are gathered from.',
    fields: { clusterRoleSelectors: 'ClusterRoles with labels that fit any of them give it their rules.' },
  },
}
