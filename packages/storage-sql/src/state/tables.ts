export interface StateTables {
  state: {
    namespace: string
    key: string
    value: string
  }
}
