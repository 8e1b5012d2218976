#include "voxarena/data/patients.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

constexpr auto kPatient = "patient[0-9]+";

// Patients "patient1" to "patient7" with two frames each.
std::vector<std::string> two_frames_of_seven() {
  std::vector<std::string> cases;
  for (int i = 1; i <= 7; ++i) {
    for (const char* frame : {"_frame01", "_frame12"})
      cases.push_back("patient" + std::to_string(i) + frame);
  }
  return cases;
}

TEST(Patients, AreWhatTheExpressionFinds) {
  EXPECT_EQ(patient_of("patient001_frame12", kPatient), "patient001");
  EXPECT_EQ(patient_of("2019-P7-pre", "-(P[0-9]+)-"), "P7") << "the first group";
  EXPECT_INPUT_ERROR(patient_of("case_3", kPatient),
                     "patient 'patient[0-9]+' finds nothing in case 'case_3'");
  EXPECT_INPUT_ERROR(patient_of("case_3", "(case"), "patient '(case' is not a regular expression");
}

TEST(Patients, FoldsAreThoseOfTheCasesDrawnOverPatients) {
  const std::vector<std::string> cases = two_frames_of_seven();
  const std::vector<Split> splits = five_fold_splits(cases, kPatient);
  const std::vector<Split> of_patients = five_fold_splits(
      {"patient1", "patient2", "patient3", "patient4", "patient5", "patient6", "patient7"});
  ASSERT_EQ(splits.size(), 5U);
  for (std::size_t fold = 0; fold < 5; ++fold) {
    std::vector<std::string> val;
    for (const std::string& name : of_patients[fold].val) {
      val.push_back(name + "_frame01");
      val.push_back(name + "_frame12");
    }
    EXPECT_EQ(splits[fold].val, val);
    EXPECT_EQ(splits[fold].train.size() + val.size(), cases.size());
  }
  EXPECT_NO_THROW(require_patient_wise(splits, kPatient, "splits_final.json"));
}

TEST(Patients, OneCaseOfAPatientInEachHalfIsRefused) {
  const std::vector<Split> splits{{{"patient1_a", "patient2_a"}, {"patient3_a"}},
                                  {{"patient1_a", "patient3_a"}, {"patient2_a", "patient1_b"}}};
  EXPECT_INPUT_ERROR(require_patient_wise(splits, kPatient, "splits_final.json"),
                     "splits_final.json: fold 1 trains on 'patient1_a' and validates on "
                     "'patient1_b' of the same patient");
}

}  // namespace
}  // namespace voxarena
