package supervisor

import (
	"context"
	"fmt"
	"net/http"
)

type object = map[string]any

const nodeLabel = "stackberth.dev/simulated"

func nodeName(index int) string { return fmt.Sprintf("node-%d", index) }

// defaultClass is the StorageClass of claims that name none.
const defaultClass = "standard"

// storageClasses are those that the stack files dev and prod name, all of one driver.
var storageClasses = []string{defaultClass, "nfs", "manila-nfs", "t1-shiva-nfs", "cephfs-retain"}

// ingressClasses are the controllers of the IngressClasses, none of which runs here.
var ingressClasses = map[string]string{
	"nginx":   "k8s.io/ingress-nginx",
	"traefik": "traefik.io/ingress-controller",
}

// bootstrap creates what every cluster starts with: nodes, the storage and ingress classes, the driver
// of the volumes, and the kinds of operators. What is there already is left as it is.
func bootstrap(ctx context.Context, a *api, nodes int) error {
	for index := range nodes {
		if err := create(ctx, a, "/api/v1/nodes", node(nodeName(index))); err != nil {
			return err
		}
	}
	if err := removeOtherNodes(ctx, a, nodes); err != nil {
		return err
	}
	for _, name := range storageClasses {
		if err := create(ctx, a, "/apis/storage.k8s.io/v1/storageclasses", storageClass(name)); err != nil {
			return err
		}
	}
	for name, controller := range ingressClasses {
		if err := create(ctx, a, "/apis/networking.k8s.io/v1/ingressclasses", ingressClass(name, controller)); err != nil {
			return err
		}
	}
	if err := create(ctx, a, "/apis/storage.k8s.io/v1/csidrivers", driver()); err != nil {
		return err
	}
	for _, kind := range operatorKinds {
		path := "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
		if err := create(ctx, a, path, definition(kind)); err != nil {
			return err
		}
	}
	return nil
}

func create(ctx context.Context, a *api, path string, body object) error {
	status, err := a.do(ctx, http.MethodPost, path, body, nil)
	if status == http.StatusConflict {
		return nil
	}
	return err
}

// removeOtherNodes removes the nodes of an earlier start that asked for more of them.
func removeOtherNodes(ctx context.Context, a *api, nodes int) error {
	var list struct {
		Items []struct{ Metadata struct{ Name string } }
	}
	if _, err := a.do(ctx, http.MethodGet, "/api/v1/nodes?labelSelector="+nodeLabel, nil, &list); err != nil {
		return err
	}
	wanted := map[string]bool{}
	for index := range nodes {
		wanted[nodeName(index)] = true
	}
	for _, item := range list.Items {
		name := item.Metadata.Name
		if wanted[name] {
			continue
		}
		if status, err := a.do(ctx, http.MethodDelete, "/api/v1/nodes/"+name, nil, nil); err != nil && status != http.StatusNotFound {
			return err
		}
	}
	return nil
}

func node(name string) object {
	capacity := object{"cpu": "16", "memory": "64Gi", "pods": "250", "ephemeral-storage": "100Gi"}
	return object{
		"apiVersion": "v1",
		"kind":       "Node",
		"metadata": object{
			"name": name,
			"labels": object{
				nodeLabel:                "true",
				"kubernetes.io/hostname": name,
				"kubernetes.io/os":       "linux",
				"kubernetes.io/arch":     "amd64",
			},
		},
		"status": object{
			"capacity":    capacity,
			"allocatable": capacity,
			"nodeInfo": object{
				"architecture": "amd64", "operatingSystem": "linux", "osImage": "simulated",
				"containerRuntimeVersion": "kwok://0.8.0", "kernelVersion": "simulated",
				"kubeletVersion": "v1.36.3", "kubeProxyVersion": "",
				"machineID": "", "systemUUID": "", "bootID": "",
			},
		},
	}
}

// storageDriver is provisioner.Driver, which this package cannot import without all of client-go.
const storageDriver = "simulated.stackberth.dev"

func storageClass(name string) object {
	return object{
		"apiVersion": "storage.k8s.io/v1",
		"kind":       "StorageClass",
		"metadata": object{
			"name":        name,
			"annotations": object{"storageclass.kubernetes.io/is-default-class": fmt.Sprint(name == defaultClass)},
		},
		"provisioner":          storageDriver,
		"reclaimPolicy":        "Delete",
		"volumeBindingMode":    "Immediate",
		"allowVolumeExpansion": true,
	}
}

func ingressClass(name, controller string) object {
	return object{
		"apiVersion": "networking.k8s.io/v1",
		"kind":       "IngressClass",
		"metadata":   object{"name": name},
		"spec":       object{"controller": controller},
	}
}

// driver tells the controllers that its volumes need no attaching: nothing here would attach them.
func driver() object {
	return object{
		"apiVersion": "storage.k8s.io/v1",
		"kind":       "CSIDriver",
		"metadata":   object{"name": storageDriver},
		"spec":       object{"attachRequired": false},
	}
}
