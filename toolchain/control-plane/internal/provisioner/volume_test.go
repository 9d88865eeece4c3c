package provisioner

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func claim(change func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	class := "nfs"
	made := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data", UID: "1-2-3"},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
			StorageClassName: &class,
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("5Gi")},
			},
		},
		Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
	}
	change(made)
	return made
}

func TestWanted(t *testing.T) {
	empty, now := "", metav1.NewTime(time.Now())
	cases := map[string]struct {
		change func(*corev1.PersistentVolumeClaim)
		want   bool
	}{
		"pending":       {func(*corev1.PersistentVolumeClaim) {}, true},
		"bound":         {func(c *corev1.PersistentVolumeClaim) { c.Status.Phase = corev1.ClaimBound }, false},
		"being deleted": {func(c *corev1.PersistentVolumeClaim) { c.DeletionTimestamp = &now }, false},
		"names volume":  {func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "mine" }, false},
		"selects":       {func(c *corev1.PersistentVolumeClaim) { c.Spec.Selector = &metav1.LabelSelector{} }, false},
		"class none":    {func(c *corev1.PersistentVolumeClaim) { c.Spec.StorageClassName = &empty }, false},
		"class unset":   {func(c *corev1.PersistentVolumeClaim) { c.Spec.StorageClassName = nil }, false},
	}
	for name, test := range cases {
		if got := wanted(claim(test.change)); got != test.want {
			t.Errorf("%s: wanted = %v, want %v", name, got, test.want)
		}
	}
}

func TestVolumeForHonoursTheClaim(t *testing.T) {
	volume := place{}.volumeFor(claim(func(*corev1.PersistentVolumeClaim) {}))
	size := volume.Spec.Capacity[corev1.ResourceStorage]
	if size.String() != "5Gi" || volume.Spec.StorageClassName != "nfs" ||
		volume.Spec.AccessModes[0] != corev1.ReadWriteMany {
		t.Errorf("volume does not honour size, class or access mode: %+v", volume.Spec)
	}
	if ref := volume.Spec.ClaimRef; ref.Namespace != "shop" || ref.Name != "data" || ref.UID != "1-2-3" {
		t.Errorf("volume is promised to %+v", ref)
	}
	if !ours(volume) || unwanted(volume) {
		t.Error("a fresh volume must be ours and must stay")
	}
	volume.Status.Phase = corev1.VolumeReleased
	if !unwanted(volume) {
		t.Error("a released volume must go")
	}
	volume.Annotations = nil
	if unwanted(volume) {
		t.Error("somebody else's volume must stay")
	}
}

func TestGrown(t *testing.T) {
	bound := func(has string) *corev1.PersistentVolumeClaim {
		return claim(func(c *corev1.PersistentVolumeClaim) {
			c.Status.Phase = corev1.ClaimBound
			c.Status.Capacity = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(has)}
		})
	}
	if !grown(bound("1Gi")) || grown(bound("5Gi")) || grown(bound("8Gi")) {
		t.Error("only a claim that asks for more than it has is grown")
	}
}
