import { integer, text } from '@atoll/process'

export const storage = {
  dataDirectory: text('PDS_DATA_DIRECTORY', '.', 'folder of the database'),
} as const

export const blobs = {
  directory: text(
    'PDS_BLOBSTORE_DISK_LOCATION',
    undefined,
    'folder of the blobs; "blobs" in the data directory where unset',
  ),
  temporaryDirectory: text(
    'PDS_BLOBSTORE_DISK_TMP_LOCATION',
    undefined,
    "folder of unfinished uploads, on the same file system; inside the blobs' folder where unset",
  ),
  uploadLimit: integer('PDS_BLOB_UPLOAD_LIMIT', 5_242_880, 'largest blob, in bytes', { min: 1 }),
  quota: integer(
    'PDS_BLOB_QUOTA_BYTES',
    undefined,
    'most bytes that an account may store in blobs; administrators can set another for one account',
  ),
} as const
