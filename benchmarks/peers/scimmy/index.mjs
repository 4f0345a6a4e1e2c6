// SCIMMY's routers on a store in memory. What is looked up by equality is indexed,
// as any store behind it would do; everything else is left to SCIMMY's matcher.
import {randomUUID} from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const EXPECTED = `Bearer ${process.env.PEER_KEY}`;
// Attributes whose letter case counts; all others are compared folded.
const EXACT = new Set(["id", "externalid"]);

class Store {
  #byId = new Map();
  #indexes;

  constructor(...indexed) {
    this.#indexes = new Map(indexed.map((name) => [name.toLowerCase(), {name, ids: new Map()}]));
  }

  get(id) {
    const found = this.#byId.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return found;
  }

  find(filter) {
    if (!filter) return [...this.#byId.values()];
    const wanted = this.#equality(filter);
    if (!wanted) return filter.match([...this.#byId.values()]);
    const ids = this.#indexes.get(wanted.key).ids.get(wanted.value) ?? [];
    return [...ids].map((id) => this.#byId.get(id));
  }

  put(id, values) {
    const now = new Date().toISOString();
    const before = this.#byId.get(id);
    const meta = {created: before?.meta.created ?? now, lastModified: now};
    const kept = {...values, id: id ?? randomUUID(), meta};
    this.#reindex(before, kept);
    this.#byId.set(kept.id, kept);
    return kept;
  }

  remove(id) {
    this.#reindex(this.get(id), undefined);
    this.#byId.delete(id);
  }

  // The attribute and value of a filter that is a single `eq` on an index.
  #equality(filter) {
    const entries = filter.length === 1 ? Object.entries(filter[0]) : [];
    if (entries.length !== 1) return undefined;
    const key = entries[0][0].toLowerCase();
    const parts = entries[0][1];
    const isEquality = Array.isArray(parts) && parts[0] === "eq" && this.#indexes.has(key);
    return isEquality ? {key, value: folded(key, parts[1])} : undefined;
  }

  #reindex(before, after) {
    for (const [key, {name, ids}] of this.#indexes) {
      const [old, now] = [before, after].map((each) => folded(key, each?.[name]));
      if (old === now) continue;
      if (old !== undefined) ids.get(old)?.delete(before.id);
      if (now === undefined) continue;
      if (!ids.has(now)) ids.set(now, new Set());
      ids.get(now).add(after.id);
    }
  }
}

function folded(key, value) {
  if (value === undefined || value === null) return undefined;
  return EXACT.has(key) ? String(value) : String(value).toLowerCase();
}

function declare(type, store, unique) {
  SCIMMY.Resources.declare(type)
    .ingress((resource, instance) => {
      const values = JSON.parse(JSON.stringify(instance));
      const text = `${unique} eq ${JSON.stringify(values[unique])}`;
      const others = store.find(new SCIMMY.Types.Filter(text)).filter(({id}) => id !== resource.id);
      if (others.length) throw new SCIMMY.Types.Error(409, "uniqueness", `${unique} is taken`);
      return store.put(resource.id, values);
    })
    .egress((resource) => (resource.id ? store.get(resource.id) : store.find(resource.filter)))
    .degress((resource) => store.remove(resource.id));
}

declare(SCIMMY.Resources.User, new Store("userName", "externalId"), "userName");
declare(SCIMMY.Resources.Group, new Store("displayName", "externalId"), "displayName");

const app = express();
app.use("/scim", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== EXPECTED) throw new Error("The key is wrong");
    return "peer";
  },
}));
app.listen(Number(process.env.PEER_PORT), "127.0.0.1").keepAliveTimeout = 75_000;
