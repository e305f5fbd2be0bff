/** What the class of CIDs is called, in every copy of this package. */
export const cidBrand = 'atoll.data-model.Cid'
