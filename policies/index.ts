import { PolicyPack } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi";
import { policyOf } from "./engine";
import { rules } from "./rules";

const environment = new Config().get("environment") ?? "";

new PolicyPack("stackberth", {
  policies: rules.map((rule) => policyOf(rule, environment)),
});
