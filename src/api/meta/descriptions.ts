import type { Description, Descriptions } from '#api/openapi/description.ts'

/** A condition of whatever kind: what it says, since when, and why. */
export const condition = (of: string): Description => ({
  about: `One thing that is or is not so of ${of}, with the time since when and the reason.`,
  fields: {
    type: 'What is spoken of; a list of conditions has each type once.',
    status: 'True, False, or Unknown where nobody can tell.',
    reason: 'One word of the reason, for programs.',
    message: 'The reason in words, for people.',
    lastTransitionTime: 'When the status changed last.',
    lastUpdateTime: 'When the condition was written last, whether or not its status changed.',
    lastProbeTime: 'When it was looked at last.',
    lastHeartbeatTime: 'When it was reported last.',
    observedGeneration: 'The metadata.generation that it was made for; a smaller one than the object’s is out of date.',
  },
})

export const meta: Descriptions = {
  ObjectMeta: {
    about: 'What every object has: its name, its labels, and what the system keeps about it.',
    fields: {
      name: 'Name, unique among objects of the kind in the namespace. It cannot change.',
      generateName: 'The beginning of a name, where `name` is left out: the system appends five letters.',
      namespace: 'The namespace that the object lives in. It cannot change.',
      selfLink: 'No longer used.',
      uid: 'What tells the object from all others for ever, also from a later one of its name. Set by the system.',
      resourceVersion:
        'The state of the object. Sent with an update, it makes sure that nobody has changed the object meanwhile.',
      generation: 'Counts the changes of what the object should be. Set by the system.',
      creationTimestamp: 'CreationTimestamp is a timestamp of when the object was created. Set by the system.',
      deletionTimestamp: 'When the object is to go, once somebody has deleted it. Set by the system.',
      deletionGracePeriodSeconds: 'How many seconds the deletion lets it have, before that time. Set by the system.',
      labels: 'Words by which selectors find the object.',
      annotations: 'Notes of any kind, for people and programs; selectors do not see them.',
      ownerReferences: 'What the object belongs to: when all of its owners are gone, it goes too.',
      finalizers: 'Who has something to do before the object may go; it stays until the list is empty.',
      managedFields: 'Which client has set which field, for server-side apply. Kept by the system.',
    },
  },
  ListMeta: {
    about: 'What every list has beside its items.',
    fields: {
      selfLink: 'No longer used.',
      resourceVersion: 'The state that the list shows; a watch can begin there.',
      continue: 'Asks for the next part of a list that was cut by `limit`.',
      remainingItemCount: 'About how many items come after this part.',
      shardInfo: 'Which part of all objects the list shows, where a part was asked for.',
    },
  },
  ShardInfo: {
    about: 'Which part of all objects a list shows.',
    fields: { selector: 'The part that was asked for.' },
  },
  OwnerReference: {
    about: 'Names an object that this one belongs to, in the same namespace or without one.',
    fields: {
      apiVersion: 'Group and version of the owner, such as apps/v1.',
      kind: 'Kind of the owner, such as ReplicaSet.',
      name: 'Name of the owner.',
      uid: 'Uid of the owner: a later object of the same name is not meant.',
      controller: 'Whether this owner manages the object; one at most does.',
      blockOwnerDeletion: 'Whether the owner, deleted in the foreground, waits until this object is gone.',
    },
  },
  ManagedFieldsEntry: {
    about: 'The fields that one client has set.',
    fields: {
      manager: 'Name of the client.',
      operation: 'Apply, or Update for every other way to write.',
      apiVersion: 'The version in which the fields are named.',
      time: 'When the entry changed last.',
      fieldsType: 'The form of the set; FieldsV1 is the only one.',
      fieldsV1: 'The fields, as a tree.',
      subresource: 'The part of the object through which they were set, such as status; empty for the object itself.',
    },
  },
  LabelSelector: {
    about: 'Chooses objects by their labels; all that it says must hold. An empty one chooses everything.',
    fields: {
      matchLabels: 'Labels that an object must have, with these values.',
      matchExpressions: 'Further demands on its labels.',
    },
  },
  LabelSelectorRequirement: {
    about: 'A demand on one label.',
    fields: {
      key: 'The label.',
      operator: 'In or NotIn (one of `values`), Exists or DoesNotExist.',
      values: 'The values for In and NotIn.',
    },
  },
  Condition: condition('the object'),
}
