package provisioner

import (
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// Driver is the name the volumes, the default StorageClass and the CSIDriver share.
	Driver = "simulated.stackberth.dev"

	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// wanted reports whether a claim needs a volume made. As on any cluster, a claim that names its
// volume, selects one by labels or asks for the class "" is left to volumes made by hand.
func wanted(claim *corev1.PersistentVolumeClaim) bool {
	return claim.DeletionTimestamp == nil &&
		claim.Status.Phase == corev1.ClaimPending &&
		claim.Spec.VolumeName == "" &&
		claim.Spec.Selector == nil &&
		claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName != ""
}

// unwanted reports whether a volume is one of ours whose claim is gone.
func unwanted(volume *corev1.PersistentVolume) bool {
	return ours(volume) && volume.DeletionTimestamp == nil && volume.Status.Phase == corev1.VolumeReleased &&
		volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
}

func ours(volume *corev1.PersistentVolume) bool { return volume.Annotations[provisionedBy] == Driver }

// grown reports whether a bound claim asks for more than it has. The API server refuses such a
// request unless the class allows it.
func grown(claim *corev1.PersistentVolumeClaim) bool {
	has, known := claim.Status.Capacity[corev1.ResourceStorage]
	asks := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	return claim.DeletionTimestamp == nil && claim.Status.Phase == corev1.ClaimBound && known && asks.Cmp(has) > 0
}

// place is where volumes are that hold something: folders of a node.
type place struct{ node, folder string }

// source is where the data of a claim's volume is. Without a place there is none.
func (p place) source(claim *corev1.PersistentVolumeClaim) (corev1.PersistentVolumeSource, *corev1.VolumeNodeAffinity) {
	if p.folder == "" {
		return corev1.PersistentVolumeSource{
			CSI: &corev1.CSIPersistentVolumeSource{Driver: Driver, VolumeHandle: string(claim.UID)},
		}, nil
	}
	onNode := corev1.NodeSelectorRequirement{
		Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{p.node},
	}
	return corev1.PersistentVolumeSource{
			Local: &corev1.LocalVolumeSource{Path: filepath.Join(p.folder, string(claim.UID))},
		}, &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{onNode}}},
		}}
}

// volumeFor is the volume for a claim: just as large, with the same access modes, class and volume
// mode, and already promised to that claim, so that waiting for a first consumer does not delay it.
func (p place) volumeFor(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolume {
	source, affinity := p.source(claim)
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "pvc-" + string(claim.UID),
			Annotations: map[string]string{provisionedBy: Driver},
		},
		Spec: corev1.PersistentVolumeSpec{
			AccessModes: claim.Spec.AccessModes,
			Capacity: corev1.ResourceList{
				corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage],
			},
			StorageClassName:              *claim.Spec.StorageClassName,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1",
				Kind:       "PersistentVolumeClaim",
				Namespace:  claim.Namespace,
				Name:       claim.Name,
				UID:        claim.UID,
			},
			PersistentVolumeSource: source,
			NodeAffinity:           affinity,
		},
	}
}
