import assert from "node:assert/strict";
import type { Cluster } from "../../../cluster";
import { ApiError } from "../../../cluster/client";
import { type KubeObject } from "../../../lib/objects";
import { clear, releaseVolumes } from "../../../tools/review/clear";
import { liveReviews } from "../../../tools/review/live";
import { reviewOf, stackOf } from "../../../tools/review/stackFile";

/** A cluster with these namespaces and volumes; keeps what is asked of it. */
function clusterOf(namespaces: readonly KubeObject[], volumes: readonly object[] = []) {
  const asked: string[] = [];
  const cluster = {
    labelled: () => Promise.resolve(namespaces),
    delete: ({ metadata }: KubeObject) => {
      asked.push(`delete ${metadata.name}`);
      return Promise.resolve();
    },
    find: () => Promise.resolve(undefined),
    client: {
      json: ({ method = "GET", path }: { method?: string; path: string }) => {
        if (method !== "GET") asked.push(`${method} ${path}`);
        return Promise.resolve({
          items: path.endsWith("persistentvolumes") ? volumes : namespaces,
        });
      },
    },
  };
  return { cluster: cluster as unknown as Cluster, asked };
}

function namespace(name: string, stack: string, expires?: string): KubeObject {
  const annotations = expires === undefined ? {} : { "stackberth.dev/expires": expires };
  const labels = { "stackberth.dev/stack": stack };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels, annotations } };
}

describe("review stacks in a cluster", () => {
  const [early, late] = ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"];

  it("are those all of whose namespaces say when they end", async () => {
    const { cluster } = clusterOf([
      namespace("pr-1-a", "review-pr-1", early),
      namespace("pr-1-b", "review-pr-1", late),
      namespace("pr-2-a", "review-pr-2", early),
      namespace("pr-2-b", "review-pr-2"),
      namespace("pr-3-a", "review-pr-3", "soon"),
      namespace("prod", "prod", early),
    ]);
    const found = await liveReviews(cluster);
    assert.deepEqual(
      found.map((each) => ({ ...each, expires: each.expires.toISOString() })),
      [
        {
          stack: "review-pr-1",
          review: "pr-1",
          namespaces: ["pr-1-a", "pr-1-b"],
          // A stack ends with its last namespace.
          expires: late,
        },
      ],
    );
  });

  it("are never another stack, whatever name is given", async () => {
    const { cluster, asked } = clusterOf([namespace("prod", "prod")]);
    await assert.rejects(clear(cluster, "prod"), /prod is not a review stack/);
    assert.deepEqual(asked, []);
    assert.equal(reviewOf("prod"), undefined);
    assert.equal(reviewOf(stackOf("pr-1")), "pr-1");
  });

  it("remove volumes with reclaim policy Retain, but nobody else's", async () => {
    const volume = (name: string, of: string, policy: string): object => ({
      metadata: { name },
      spec: { claimRef: { namespace: of }, persistentVolumeReclaimPolicy: policy },
    });
    const { cluster, asked } = clusterOf(
      [namespace("pr-1-a", "review-pr-1", early)],
      [
        volume("kept", "pr-1-a", "Retain"),
        volume("gone", "pr-1-a", "Delete"),
        volume("theirs", "prod", "Retain"),
      ],
    );
    assert.deepEqual(await releaseVolumes(cluster, "review-pr-1"), []);
    assert.deepEqual(asked, ["PATCH /api/v1/persistentvolumes/kept"]);
  });

  it("warn rather than fail where volumes may not be listed", async () => {
    const { cluster } = clusterOf([namespace("pr-1-a", "review-pr-1", early)]);
    const refuse = (status: number): void => {
      const error = new ApiError(status, { message: "no" }, { path: "" });
      Object.assign(cluster.client, { json: () => Promise.reject(error) });
    };
    refuse(403);
    const lines = await releaseVolumes(cluster, "review-pr-1");
    assert.deepEqual(lines, ["volumes with reclaim policy Retain may stay behind: no"]);
    refuse(500);
    await assert.rejects(releaseVolumes(cluster, "review-pr-1"), /no/);
  });

  it("are removed with everything labelled as theirs, namespaces last", async () => {
    const secret = { ...namespace("leftover", "review-pr-1"), kind: "Secret" };
    const { cluster, asked } = clusterOf([namespace("pr-1-a", "review-pr-1", early), secret]);
    assert.equal(await clear(cluster, "review-pr-1"), 2);
    assert.deepEqual(asked, ["delete leftover", "delete pr-1-a"]);
    const { cluster: empty } = clusterOf([]);
    assert.equal(await clear(empty, "review-pr-1"), 0);
  });
});
