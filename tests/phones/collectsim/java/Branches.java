import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;

/**
 * How often each node with a condition was shown, and how often it was not though everything around it was (or though nothing
 * but the same condition hid what is around it).
 */
class Branches {
    static final int SHOWN = 0, HIDDEN = 1;
    final Map<String, int[]> seen = new LinkedHashMap<>();
    private final Map<String, TreeReference> refs = new LinkedHashMap<>();

    private final Rules rules;

    Branches(Rules rules) {
        this.rules = rules;
        rules.relevant.keySet().forEach(path -> seen.put(path, new int[2]));
    }

    /** Counts a record as it is sent. */
    void count(FormDef form) {
        seen.forEach((path, counts) -> {
            for (TreeElement node : nodes(form, path)) {
                if (node.isRelevant()) {
                    counts[SHOWN]++;
                } else if (((TreeElement) node.getParent()).isRelevant() || rules.isAsItsPage(path)) {
                    counts[HIDDEN]++;
                }
            }
        });
    }

    /** What shows for a moment only, while an answer stands that will not be taken. */
    void glance(FormDef form) {
        seen.forEach((path, counts) -> {
            if (counts[SHOWN] == 0 && nodes(form, path).stream().anyMatch(TreeElement::isRelevant)) {
                counts[SHOWN]++;
            }
        });
    }

    private List<TreeElement> nodes(FormDef form, String path) {
        EvaluationContext context = form.getEvaluationContext();
        TreeReference ref = refs.computeIfAbsent(path, Branches::refOf);
        List<TreeElement> found = new ArrayList<>();
        for (TreeReference one : context.expandReference(ref)) {
            TreeElement node = form.getMainInstance().resolveReference(one);
            if (node != null && node.getParent() instanceof TreeElement) {
                found.add(node);
            }
        }
        return found;
    }

    private static TreeReference refOf(String path) {
        TreeReference ref = TreeReference.rootRef();
        for (String name : path.substring(1).split("/")) {
            ref.add(name, TreeReference.INDEX_UNBOUND);
        }
        return ref;
    }

    /** A few of the branches that were seen least: paths, and whether they are to show. */
    Map<String, Boolean> rarest(Random random) {
        int least = Integer.MAX_VALUE;
        for (int[] counts : seen.values()) {
            least = Math.min(least, Math.min(counts[SHOWN], counts[HIDDEN]));
        }
        List<String> rare = new ArrayList<>();
        for (Map.Entry<String, int[]> one : seen.entrySet()) {
            if (Math.min(one.getValue()[SHOWN], one.getValue()[HIDDEN]) == least) {
                rare.add(one.getKey());
            }
        }
        Map<String, Boolean> chosen = new LinkedHashMap<>();
        for (int i = 0; i < 1 + random.nextInt(2) && !rare.isEmpty(); i++) {
            String path = rare.get(random.nextInt(rare.size()));
            chosen.put(path, seen.get(path)[SHOWN] <= seen.get(path)[HIDDEN]);
        }
        return chosen;
    }

    void tell(ObjectNode out) {
        ArrayNode branches = out.putArray("branches");
        seen.forEach((path, counts) -> branches.addObject().put("path", path).put("shown", counts[SHOWN]).put("hidden", counts[HIDDEN]));
    }
}
